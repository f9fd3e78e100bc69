/**
 * Taking back a join that did not come to its end, should it have got as far as the configuration.
 *
 * Not for nodes that are nodes: leaving the cluster is another operation. Counterpart in Ganeti: none; there a
 * half-added node stays (spec node-join §5).
 */
import type { Configuration, Draft } from './configuration.ts';
import { ClusterError } from './errors.ts';
import { awaitedNode } from './new-node.ts';
import { withRevocation } from './revocation.ts';
import type { NodeName, NodeUuid } from './roster.ts';

/** What was granted. */
export interface Enrolled {
  readonly uuid: NodeUuid;
  readonly name: NodeName;
  /** SHA-256 of its node certificate, lower-case hex. */
  readonly certificateSha256: string;
}

/**
 * Whether there is something to take back. A node that is waited for was known before its join, and stays. Fails with
 * WRONG_INPUT for the master, for a node that is in with another name or certificate, and for one that instances use.
 */
export function mustWithdraw(draft: Draft, { uuid, name, certificateSha256 }: Enrolled): boolean {
  const { nodes, cluster, instances, disks } = draft.configuration;
  const node = nodes[uuid];
  if (!node || awaitedNode(draft, node.name)) return false;
  const ended = (why: string) =>
    new ClusterError('WRONG_INPUT', `${node.name} ${why}: its join came to its end`);
  if (cluster.master_node === uuid) throw ended('is the master');
  if (node.name !== name || draft.ours.nodes[uuid]?.certificateSha256 !== certificateSha256)
    throw ended('is a node by another enrolment');
  if (JSON.stringify([instances, disks]).includes(uuid)) throw ended('is used by instances already');
  return true;
}

/**
 * The configuration without that node, if it is in, and with its certificate revoked: a host that was not cleaned may
 * keep it. Fails as `mustWithdraw` does.
 */
export function withNodeWithdrawn(draft: Draft, enrolled: Enrolled, nowSeconds: number): Draft {
  const isIn = mustWithdraw(draft, enrolled);
  const { uuid, name, certificateSha256 } = enrolled;
  const { configuration, ours } = draft;
  const why = Object.hasOwn(configuration.nodes, uuid) && !isIn ? 'replaced' : 'removed';
  const revocation = { node: uuid, name, certificateSha256, why } as const;
  const revoked = withRevocation(draft, revocation, nowSeconds);
  const touched = <T extends { readonly serial_no: number; readonly mtime: number }>(object: T): T => ({
    ...object,
    serial_no: object.serial_no + 1,
    mtime: nowSeconds,
  });
  if (!isIn) return { configuration: touched(configuration), ours: { ...ours, revoked } };
  const without: Configuration = {
    ...configuration,
    nodes: withoutKey(configuration.nodes, uuid),
    cluster: touched({
      ...configuration.cluster,
      candidate_certs: withoutKey(configuration.cluster.candidate_certs, uuid),
    }),
  };
  return { configuration: touched(without), ours: { ...ours, nodes: withoutKey(ours.nodes, uuid), revoked } };
}

const withoutKey = <T>(map: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(map).filter(([each]) => each !== key));
