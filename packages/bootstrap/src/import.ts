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
import type { KeptSecrets } from '@quorate/cluster-state/ganeti-directory';
import { readCertificateDigests, writeSecret, type SecretName } from '@quorate/cluster-state/secrets';
import type { Settings } from '@quorate/cluster-state/settings';
import { ensureDirectories, ensureText, type State } from '@quorate/cluster-state/state';
import { publishRecord } from '@quorate/cluster-state/views';
import { writeVoterRecord } from '@quorate/cluster-state/voter-store';
import type { Finding } from '@quorate/domain/check';
import type { ClusterRecord, Configuration, NodeObject } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import { importedDraft, nodesToJoin, type NodeToJoin } from '@quorate/domain/ganeti-configuration';
import { importFindings } from '@quorate/domain/import-checks';
import { seal } from '@quorate/domain/record';
import type { Clock } from '@quorate/platform/clock';
import type { DaemonControl } from '@quorate/platform/daemon-control';
import { sha256Hex } from '@quorate/platform/digest';
import { gatherImportFacts } from './import-facts.ts';
import { stepRunner, type ReportStep } from './steps.ts';

export const importSteps = {
  'check-directory': "Checking Ganeti's directory and this host",
  'write-secrets': "Keeping Ganeti's secrets and making what it lacks",
  'write-configuration': 'Writing the configuration and its views',
  'start-node-daemon': 'Starting the node daemon',
  'start-master-daemon': 'Starting the master daemon and taking office',
} as const;

export interface ImportParts {
  readonly state: State;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly daemons: DaemonControl;
  readonly report: ReportStep;
  /** Waits until the node daemon answers, then until the master daemon is in office. */
  readonly awaitNodeDaemon: () => Promise<void>;
  readonly awaitMasterDaemon: () => Promise<void>;
}

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
export async function importCluster(parts: ImportParts, options: ImportOptions): Promise<Imported> {
  const { daemons } = parts;
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
  const record = await steps.required('write-configuration', () => writeConfiguration(parts, source));
  await steps.required('start-node-daemon', async () => {
    await daemons.start('noded');
    await parts.awaitNodeDaemon();
  });
  await steps.required('start-master-daemon', async () => {
    await daemons.start('masterd');
    await parts.awaitMasterDaemon();
  });
  return { ...plan, record };
}

interface Source {
  readonly configuration: Configuration;
  readonly master: NodeObject;
  readonly kept: KeptSecrets;
}

async function check({ state }: ImportParts, options: ImportOptions): Promise<Source> {
  const { facts, kept } = await gatherImportFacts(state, options.directory, options.ganetiNodePort);
  const findings = importFindings(facts);
  const { configuration } = facts;
  const master = configuration?.nodes[configuration.cluster.master_node];
  if (findings.length > 0 || !configuration || !master) throw findingsError(findings);
  return { configuration, master, kept };
}

/** The first finding gives the reason, the message tells them all. */
function findingsError(findings: readonly Finding[]): ClusterError {
  const lines = findings.map((f) => `[${f.check}] ${f.message}${f.hint ? ` (${f.hint})` : ''}`);
  return new ClusterError(findings[0]?.reason ?? 'INTERNAL', lines.join('\n'), {
    hint: 'Nothing was changed; correct this and run import again',
    facts: { findings: findings.map((f) => f.check).join(',') },
  });
}

/** What is there already is not made again; the cluster certificate and what it signs always are. */
async function writeSecrets(
  { state, clock }: ImportParts,
  { configuration, master, kept }: Source,
): Promise<void> {
  const now = clock.now();
  await ensureDirectories(state);
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
  { state, settings, clock }: ImportParts,
  { configuration, master }: Source,
): Promise<ClusterRecord> {
  const { nodePort, masterPort } = settings;
  const host = { nodePort, masterPort, ...(await readCertificateDigests(state)) };
  const record = seal(importedDraft(configuration, host, clock.now().getTime() / 1000), sha256Hex);
  const office = { node: master.uuid, epoch: record.version.epoch };
  await writeVoterRecord(state, {
    epoch: office.epoch,
    grantedTo: office.node,
    master: office,
    version: record.version,
    longestLeaseMs: 0,
  });
  await publishRecord(state, record);
  return record;
}
