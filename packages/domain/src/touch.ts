/**
 * What every change of the configuration does beside its own matter: what is changed has its serial raised by one and
 * its mtime set; so have the cluster object, when nodes or candidates change, and the top level, always.
 *
 * Counterpart in Ganeti: the bookkeeping of ConfigWriter in lib/config/__init__.py.
 */
import type { ClusterObject, Configuration, Draft, NodeObject } from './configuration.ts';
import { ClusterError } from './errors.ts';
import type { NodeUuid } from './roster.ts';

interface Change {
  readonly cluster: Partial<ClusterObject>;
  readonly nodes?: Readonly<Record<NodeUuid, NodeObject>>;
}

export function changed(
  { configuration }: Draft,
  nowSeconds: number,
  { cluster, nodes = {} }: Change,
): Configuration {
  return touched(configuration, nowSeconds, {
    cluster: touched(configuration.cluster, nowSeconds, cluster),
    nodes: { ...configuration.nodes, ...nodes },
  });
}

interface Serialised {
  readonly serial_no: number;
  readonly mtime: number;
}

const touched = <T extends Serialised>(object: T, nowSeconds: number, values: Partial<T>): T => ({
  ...object,
  ...values,
  serial_no: object.serial_no + 1,
  mtime: nowSeconds,
});

export const touchedNodes = (
  nodes: readonly NodeObject[],
  nowSeconds: number,
  values: Partial<NodeObject>,
): Readonly<Record<NodeUuid, NodeObject>> =>
  Object.fromEntries(nodes.map((node) => [node.uuid, touched(node, nowSeconds, values)]));

/** Without what belongs to these nodes: a map that is keyed by node. */
export const withoutNodes = <T>(
  map: Readonly<Record<NodeUuid, T>>,
  uuids: readonly NodeUuid[],
): Readonly<Record<NodeUuid, T>> =>
  Object.fromEntries(Object.entries(map).filter(([uuid]) => !uuids.includes(uuid)));

export function requireNode({ configuration }: Draft, uuid: NodeUuid): NodeObject {
  const node = configuration.nodes[uuid];
  if (!node) throw new ClusterError('NODE_UNKNOWN', `No node of this cluster has the UUID ${uuid}`);
  return node;
}
