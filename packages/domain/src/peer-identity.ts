/**
 * Whether the other end of a connection is who it must be. The certificate's chain and dates were checked by
 * TLS; here its SPIFFE identity is compared, on the server and on the client alike (BEH-182, BEH-290).
 */
import type { ClusterUuid, NodeUuid } from './roster.ts';

export interface PeerIdentity {
  readonly clusterUuid: ClusterUuid;
  readonly nodeUuid: NodeUuid;
}

/** Why the peer is refused; undefined if it is a node of this cluster and, where one is expected, that node. */
export function whyRefused(
  found: PeerIdentity | undefined,
  clusterUuid: ClusterUuid,
  expectedNode?: NodeUuid,
): string | undefined {
  if (!found) return 'its certificate names no node of a cluster';
  if (found.clusterUuid !== clusterUuid)
    return `its certificate belongs to another cluster (${found.clusterUuid})`;
  if (expectedNode !== undefined && found.nodeUuid !== expectedNode) {
    return `its certificate belongs to another node (${found.nodeUuid}, expected ${expectedNode})`;
  }
  return undefined;
}
