/**
 * Takes a cluster of Ganeti 3.0's over, on its master, which keeps the office.
 *
 *   check   every check runs, all findings are shown, nothing is touched; a dry run ends here
 *   effects secrets → configuration and views → start
 *
 * Ganeti's directory is only read. Its cluster certificate cannot sign nodes (version 1), so a new one is made and
 * every other node must be joined over SSH again. Until then it is offline: one agent is the whole electorate.
 */
import { ensureOwnDirectories } from '@quorate/cluster-state/host-directories';
import { createClusterSecrets } from '@quorate/cluster-state/cluster-secrets';
import type { KeptSecrets } from '@quorate/cluster-state/ganeti-directory';
import { readCertificateDigests, writeSecret, type SecretName } from '@quorate/cluster-state/secrets';
import { ensureText } from '@quorate/cluster-state/state';
import { findingsError } from '@quorate/domain/check';
import type { ClusterRecord, Configuration, NodeObject } from '@quorate/domain/configuration';
import { importedDraft, nodesToJoin, type NodeToJoin } from '@quorate/domain/ganeti-configuration';
import { importFindings } from '@quorate/domain/import-checks';
import { seal } from '@quorate/domain/record';
import { sha256Hex } from '@quorate/platform/digest';
import { found, foundingSteps, publishFirst, type FoundingParts } from './founding.ts';
import { gatherImportFacts } from './import-facts.ts';
import { stepRunner } from './steps.ts';

export const importSteps = {
  'check-directory': "Checking Ganeti's directory and this host",
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

/** Throws the findings of the checks as one error; then nothing was changed. */
export async function importCluster(parts: FoundingParts, options: ImportOptions): Promise<Imported> {
  const steps = stepRunner(importSteps, parts.report, parts.clock);
  const source = await steps.required('check-directory', () => check(parts, options));
  const { configuration, master, kept } = source;
  const plan: Imported = {
    configuration,
    master,
    kept: Object.keys(kept.secrets) as SecretName[],
    toJoin: nodesToJoin(configuration),
  };
  if (options.dryRun) return plan;
  await steps.required('write-secrets', () => writeSecrets(parts, source));
  const record = await found(parts, steps, () => writeConfiguration(parts, source));
  return { ...plan, record };
}

interface Source {
  readonly configuration: Configuration;
  readonly master: NodeObject;
  readonly kept: KeptSecrets;
}

async function check({ state }: FoundingParts, options: ImportOptions): Promise<Source> {
  const { facts, kept } = await gatherImportFacts(state, options.directory, options.ganetiNodePort);
  const findings = importFindings(facts);
  const { configuration } = facts;
  const master = configuration?.nodes[configuration.cluster.master_node];
  if (findings.length > 0 || !configuration || !master) throw findingsError(findings, 'import');
  return { configuration, master, kept };
}

/** What is there already is not made again; the cluster certificate and what it signs always are. */
async function writeSecrets(
  { state, clock }: FoundingParts,
  { configuration, master, kept }: Source,
): Promise<void> {
  const now = clock.now();
  await ensureOwnDirectories(state);
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
    renew: { cluster: true, client: true },
  });
}

async function writeConfiguration(
  { state, settings, clock }: FoundingParts,
  { configuration, master }: Source,
): Promise<ClusterRecord> {
  const { nodePort, masterPort } = settings;
  const host = { nodePort, masterPort, ...(await readCertificateDigests(state)) };
  const record = seal(importedDraft(configuration, host, clock.now().getTime() / 1000), sha256Hex);
  await publishFirst(state, record, master.uuid);
  return record;
}
