/** `quorate import`: takes over Ganeti's cluster on its master. */
import { importCluster, type Imported } from '@quorate/bootstrap/import';
import type { NodeToJoin } from '@quorate/domain/ganeti-configuration';
import { absolutePath } from '@quorate/platform/processes';
import { abort } from '../abort-founding.ts';
import type { GlobalOptions } from '../context.ts';
import { foundingParts } from '../founding-parts.ts';
import { printResult } from '../output.ts';

interface ImportFlags extends GlobalOptions {
  /** Absent only with `abort`. */
  readonly from?: string;
  readonly dryRun?: boolean;
  readonly abort?: boolean;
}

export default async function importFrom(flags: ImportFlags): Promise<number> {
  if (flags.abort) return abort(flags);
  const { parts, steps } = await foundingParts(flags);
  const dryRun = flags.dryRun === true;
  const imported = await importCluster(parts, { directory: absolutePath(flags.from ?? ''), dryRun });
  printResult(flags, { ...valueOf(imported), dryRun, steps }, linesOf(imported));
  return 0;
}

function valueOf({ configuration, master, kept, toJoin, record }: Imported) {
  const { cluster, nodes, instances } = configuration;
  return {
    cluster: { name: cluster.cluster_name, uuid: cluster.uuid },
    master: { name: master.name, uuid: master.uuid },
    nodes: Object.keys(nodes).length,
    instances: Object.keys(instances).length,
    serial: configuration.serial_no,
    version: record?.version ?? null,
    kept,
    toJoin,
  };
}

function linesOf(imported: Imported): readonly string[] {
  const { configuration, master, toJoin, record } = imported;
  const { cluster_name: name } = configuration.cluster;
  const done = record
    ? `Cluster ${name} is taken over; ${master.name} is its master in epoch ${record.version.epoch}`
    : `Cluster ${name} can be taken over; nothing was changed. ${master.name} would be its master`;
  return [done, ...joinLines(toJoin)];
}

function joinLines(toJoin: readonly NodeToJoin[]): readonly string[] {
  if (toJoin.length === 0) return [];
  return [
    'The other nodes are marked offline until they are joined, each with a key of its own. On each of them make sure',
    'that Ganeti is stopped and disabled and Quorate installed, then run here:',
    ...toJoin.map((node) => `  quorate node add ${node.name}    (was ${wordsFor[node.was]})`),
  ];
}

const wordsFor: Record<NodeToJoin['was'], string> = {
  master: 'master',
  candidate: 'a master candidate',
  regular: 'a regular node',
  drained: 'drained',
  offline: 'offline already; only when it is back',
};
