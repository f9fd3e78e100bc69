/**
 * Takes a cluster of Ganeti 3.0's over, on its master, which keeps the office.
 *
 *   check   every check runs, all findings are shown, nothing is touched; a dry run ends here
 *   effects secrets → configuration and views → start
 *
 * Ganeti's directory is only read. Its cluster certificate cannot sign nodes (version 1), so a new one is made and
 * every other node must be joined over SSH again. Until then it is offline: one agent is the whole electorate.
 */
import { createClusterSecrets } from '@quorate/cluster-state/cluster-secrets';
import type { FoundingRun } from '@quorate/cluster-state/founding-run';
import { readKeptSecrets, type KeptSecrets } from '@quorate/cluster-state/ganeti-directory';
import { readCertificateDigests, writeSecret, type SecretName } from '@quorate/cluster-state/secrets';
import { ensureText, type State } from '@quorate/cluster-state/state';
import { findingsError } from '@quorate/domain/check';
import type { ClusterRecord, Configuration, Draft, NodeObject } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import { importedDraft, nodesToJoin, type NodeToJoin } from '@quorate/domain/ganeti-configuration';
import { importFindings } from '@quorate/domain/import-checks';
import { seal } from '@quorate/domain/record';
import { sshPublicKeysIn } from '@quorate/domain/ssh-public-key';
import { sha256Hex } from '@quorate/platform/digest';
import { earlierRun, found, foundingSteps, publishFirst, type FoundingParts } from './founding.ts';
import { gatherImportFacts, readConfigurationOf } from './import-facts.ts';
import { stepRunner } from './steps.ts';

export const importSteps = {
  'check-directory': "Checking Ganeti's directory and this host",
  begin: 'Noting what is asked, to go on with it or take it back',
  'write-secrets': "Keeping Ganeti's secrets and making what it lacks",
  ...foundingSteps,
} as const;

export interface ImportOptions {
  /** Ganeti's data directory, absolute. */
  readonly directory: string;
  readonly dryRun: boolean;
  /** Where Ganeti's node daemons listen; the usual port if absent. */
  readonly ganetiNodePort?: number | undefined;
}

export interface Imported {
  readonly master: NodeObject;
  /** As Ganeti had it. */
  readonly configuration: Configuration;
  /** Secrets that stay in use. */
  readonly kept: readonly SecretName[];
  /** Nodes without an agent of ours yet. */
  readonly toJoin: readonly NodeToJoin[];
  /** What is now on disk; undefined after a dry run. */
  readonly record?: ClusterRecord;
}

/**
 * Throws the findings of the checks as one error; then nothing was changed. A run that was broken off is gone on with.
 */
export async function importCluster(parts: FoundingParts, options: ImportOptions): Promise<Imported> {
  const { state } = parts;
  const steps = stepRunner(importSteps, parts.report, parts.clock);
  const { dryRun, ...request } = options;
  const asked = { command: 'import', request } as const;
  const checkIt = (isResumed: boolean) =>
    steps.required('check-directory', () => check(state, options, isResumed));
  if (dryRun) return planOf(await checkIt((await earlierRun(state, asked)) !== undefined));
  const record = await found(parts, steps, asked, async ({ isResumed, begin }) => {
    const source = await checkIt(isResumed);
    const run = await steps.required('begin', () => begin(undefined));
    await steps.required('write-secrets', () => writeSecrets(parts, source));
    return steps.required('write-configuration', () => writeConfiguration(parts, source, run));
  });
  return { ...planOf(await readSource(state, options.directory)), record };
}

const planOf = ({ configuration, master, kept }: Source): Imported => ({
  configuration,
  master,
  kept: Object.keys(kept.secrets) as SecretName[],
  toJoin: nodesToJoin(configuration),
});

interface Source {
  readonly configuration: Configuration;
  readonly master: NodeObject;
  readonly kept: KeptSecrets;
}

async function check(state: State, options: ImportOptions, isResumed: boolean): Promise<Source> {
  const facts = await gatherImportFacts(state, options.directory, options.ganetiNodePort, isResumed);
  const findings = importFindings(facts);
  if (findings.length > 0) throw findingsError(findings, 'import');
  return readSource(state, options.directory);
}

/** Of a directory that was found fit. */
async function readSource(state: State, directory: string): Promise<Source> {
  const { configuration } = await readConfigurationOf(state, directory);
  const master = configuration?.nodes[configuration.cluster.master_node];
  if (!configuration || !master)
    throw new ClusterError(
      'STATE_CORRUPT',
      `${directory} holds no configuration that names its master any more`,
    );
  return { configuration, master, kept: await readKeptSecrets(state, directory) };
}

/** What Ganeti has not, or is not taken over from it, is made: the cluster certificate and what it signs always. */
async function writeSecrets(
  { state, clock }: FoundingParts,
  { configuration, master, kept }: Source,
): Promise<void> {
  const now = clock.now();
  for (const [name, text] of Object.entries(kept.secrets) as [SecretName, string][])
    await writeSecret(state, name, text, now);
  if (kept.publicKeys !== undefined) await ensureText(state, state.layout.ganetiPubKeys, kept.publicKeys);
  const { cluster } = configuration;
  await createClusterSecrets(state, {
    clusterName: cluster.cluster_name,
    clusterUuid: cluster.uuid,
    node: {
      uuid: master.uuid,
      name: master.name,
      addresses: [...new Set([master.primary_ip, master.secondary_ip])],
    },
    now,
  });
}

async function writeConfiguration(
  { state, settings }: FoundingParts,
  { configuration, master, kept }: Source,
  run: FoundingRun,
): Promise<ClusterRecord> {
  const { nodePort, masterPort } = settings;
  const host = { nodePort, masterPort, ...(await readCertificateDigests(state)) };
  const draft = importedDraft(configuration, host, run.startedMs / 1000);
  const record = seal(withPublicKeys(draft, kept.publicKeys ?? ''), sha256Hex);
  await publishFirst(state, run, record, master.uuid);
  return record;
}

/** `text` is what Ganeti kept of them. */
function withPublicKeys({ configuration, ours }: Draft, text: string): Draft {
  const keys = sshPublicKeysIn(text);
  const nodes = Object.entries(ours.nodes).map(([uuid, node]) => {
    const sshPublicKey = keys[uuid];
    return [uuid, { ...node, ...(sshPublicKey !== undefined && { sshPublicKey }) }] as const;
  });
  return { configuration, ours: { ...ours, nodes: Object.fromEntries(nodes) } };
}
