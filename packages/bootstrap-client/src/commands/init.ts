/** `quorate init`: makes a cluster of one node out of this host. */
import { initCluster } from '@quorate/bootstrap/init';
import { type InitPlan, planInit } from '@quorate/bootstrap/init-plan';
import { initChecks } from '@quorate/domain/init-checks';
import { abort } from '../abort-founding.ts';
import { openHost } from '../context.ts';
import { foundingParts } from '../founding-parts.ts';
import { type InitFlags, initOptionsFrom } from '../init-flags.ts';
import { printNote, printResult, table } from '../output.ts';

/** The name is absent only where no cluster is to be made. */
export default async function init(flags: InitFlags, clusterName = ''): Promise<number> {
  if (flags.listChecks) return listChecks(flags);
  if (flags.abort) return abort(flags);
  if (flags.dryRun) return dryRun(flags, clusterName);
  return makeCluster(flags, clusterName);
}

function listChecks(flags: InitFlags): number {
  const checks = initChecks.map(({ name, looksAt = '' }) => ({ name, looksAt }));
  const rows = [['CHECK', 'LOOKS AT'], ...checks.map(({ name, looksAt }) => [name, looksAt])];
  printResult(flags, { checks }, table(rows));
  return 0;
}

async function dryRun(flags: InitFlags, clusterName: string): Promise<number> {
  const { state, settings } = await openHost(flags);
  const plan = await planInit(state, settings, initOptionsFrom(flags, clusterName));
  printWarnings(plan.warnings);
  printResult(flags, { dryRun: plan }, planLines(plan));
  return 0;
}

const printWarnings = (warnings: readonly string[]): void =>
  warnings.forEach((warning) => printNote(`Warning: ${warning}`));

const planLines = ({
  cluster,
  node,
  parameters,
  directories,
  files,
  hostChanges,
}: InitPlan): readonly string[] => [
  'Every check passed. Nothing was changed; this is what would be made:',
  ...table([
    ['', ''],
    ['Cluster', cluster.name],
    ['Master IP', `${cluster.masterIp}/${cluster.masterNetmask} on ${cluster.masterNetdev}`],
    ['Node', `${node.name} at ${node.primaryIp}, second network ${node.secondaryIp}`],
    ['Candidate pool size', String(cluster.candidatePoolSize)],
    ['Hypervisors', cluster.enabledHypervisors.join(', ')],
    ['Disk templates', cluster.enabledDiskTemplates.join(', ')],
    ['Volume group', cluster.volumeGroup ?? 'none'],
    ['DRBD helper', cluster.drbdHelper ?? 'none'],
    ['Allowed by the policy', parameters.ipolicy['disk-templates'].join(', ')],
    ['MAC prefix', cluster.macPrefix],
    ['NIC', Object.entries(parameters.nicparams).map(assigned).join(', ')],
    ['Backend', Object.entries(parameters.beparams).map(assigned).join(', ')],
    ['Allocator', parameters.defaultIallocator || 'none'],
  ]).slice(1),
  'Directories, made if they are missing:',
  ...directories.map((path) => `  ${path}`),
  'Files:',
  ...files.map((path) => `  ${path}`),
  ...(hostChanges.length > 0 ? ['Elsewhere on this host:'] : []),
  ...hostChanges.map(({ path, change }) => `  ${path} ${change}`),
];

const assigned = ([key, value]: readonly [string, unknown]): string => `${key}=${String(value)}`;

async function makeCluster(flags: InitFlags, clusterName: string): Promise<number> {
  const { parts, steps } = await foundingParts(flags);
  const { record, warnings } = await initCluster(parts, initOptionsFrom(flags, clusterName));
  printWarnings(warnings);
  const { cluster } = record.configuration;
  const value = {
    cluster: { name: cluster.cluster_name, uuid: cluster.uuid },
    master: { uuid: cluster.master_node },
    warnings,
    steps,
  };
  printResult(flags, value, [
    `Cluster ${cluster.cluster_name} is ready; add hosts with quorate node add NAME`,
  ]);
  return 0;
}
