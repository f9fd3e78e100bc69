/** What an operation needs to talk to the nodes of a cluster: who it is, and the channels to the others. */
import { ClusterError } from '@quorate/domain/errors';
import { nodeByUuid, type NodeUuid, type Roster, type RosterNode } from '@quorate/domain/roster';
import type { LiveIdentity } from '@quorate/cluster-state/live-identity';
import type { NodeIdentity } from '@quorate/cluster-state/secrets';
import { whyRefused } from '@quorate/domain/peer-identity';
import { timings } from '@quorate/domain/timings';
import { identityOf } from '@quorate/platform/certificates';
import type { Clock } from '@quorate/platform/clock';
import { createChannels, type Channels, type Peer } from '@quorate/rpc/channels';
import { createCredentials } from '@quorate/rpc/credentials';

export interface ClusterAccess {
  /** The node this program runs on. */
  readonly own: NodeUuid;
  readonly channels: Channels;
  readonly clock: Clock;
}

/** The node daemon of a node, by literal address and expected identity. */
export const nodeDaemonOf = (node: RosterNode): Peer => ({
  kind: 'node',
  name: node.name,
  uuid: node.uuid,
  address: node.address,
  port: node.nodePort,
});

/** The master daemon of a node, over mutual TLS. */
export const masterDaemonOf = (node: RosterNode): Peer =>
  nodeDaemonOf({ ...node, nodePort: node.masterPort });

/** A node of the roster, or NODE_UNKNOWN. */
export function nodeOf(roster: Roster, uuid: NodeUuid): RosterNode {
  const node = nodeByUuid(roster, uuid);
  if (node) return node;
  throw new ClusterError(
    'NODE_UNKNOWN',
    `Node ${uuid} is not (yet) among the nodes of ${roster.clusterName}`,
  );
}

/** Speaks as the node of this identity, and only with nodes of its cluster that are who they must be. */
export function openAccess(identity: NodeIdentity, clock: Clock): ClusterAccess {
  const { connectMs, reconnectMaxMs } = timings;
  return {
    own: identity.nodeUuid,
    clock,
    channels: createChannels({ credentials: credentialsOf(identity), connectMs, reconnectMaxMs }),
  };
}

/** The same for a daemon, whose certificates may be replaced while it runs. */
export function openLiveAccess(identity: LiveIdentity, clock: Clock): ClusterAccess {
  const access = openAccess(identity.current(), clock);
  identity.follow((replaced) => access.channels.replaceCredentials(credentialsOf(replaced)));
  return access;
}

const credentialsOf = (identity: NodeIdentity) =>
  createCredentials({
    identity,
    verifyPeer: (expected, der) => whyRefused(identityOf(der), identity.clusterUuid, expected),
  });
