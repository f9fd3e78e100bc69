/** What an operation needs to talk to the nodes of a cluster: who it is, and the channels to the others. */
import { ClusterError } from '@quorate/domain/errors';
import { nodeByUuid, type NodeUuid, type Roster, type RosterNode } from '@quorate/domain/roster';
import type { LiveIdentity } from '@quorate/cluster-state/live-identity';
import type { NodeIdentity } from '@quorate/cluster-state/secrets';
import type { State } from '@quorate/cluster-state/state';
import { timings } from '@quorate/domain/timings';
import type { Clock } from '@quorate/platform/clock';
import { createChannels, type Channels, type Peer } from '@quorate/rpc/channels';
import { createCredentials } from '@quorate/rpc/credentials';
import { createServerJudge, type RefusedServer, type ServerJudge } from './server-judge.ts';

export interface ClusterAccess {
  /** The node this program runs on. */
  readonly own: NodeUuid;
  readonly channels: Channels;
  readonly clock: Clock;
}

type NodePeer = Extract<Peer, { kind: 'node' }>;

/** The node daemon of a node, by literal address and expected identity. */
export const nodeDaemonOf = (node: RosterNode): NodePeer => ({
  kind: 'node',
  name: node.name,
  uuid: node.uuid,
  address: node.address,
  port: node.nodePort,
});

/** The master daemon of a node, over mutual TLS. */
export const masterDaemonOf = (node: RosterNode): NodePeer =>
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

/** The node daemon of a node that was taken out of the cluster, and is told so although what it shows is revoked. */
export const leavingDaemonOf = (node: RosterNode): NodePeer => ({ ...nodeDaemonOf(node), leaving: true });

interface AccessParts {
  readonly state: Pick<State, 'layout'>;
  readonly clock: Clock;
  readonly onRefused?: (refused: RefusedServer) => void;
  /** For so long a connection may take to come about; otherwise timings.ts says. */
  readonly connectMs?: number;
}

/** Speaks as the node of this identity, and only with nodes of its cluster that are who they must be. */
export function openAccess(
  identity: NodeIdentity,
  { state, clock, onRefused, connectMs }: AccessParts,
): ClusterAccess {
  const judge = createServerJudge(identity, state, onRefused);
  return { own: identity.nodeUuid, clock, channels: openChannels(identity, judge, connectMs) };
}

export interface LiveAccess extends ClusterAccess {
  /** Until the signal, leaves the connections to nodes that are refused by now; never rejects. */
  watch(signal: AbortSignal): Promise<void>;
}

/** The same for a daemon, whose certificates may be replaced while it runs. */
export function openLiveAccess(
  identity: LiveIdentity,
  { state, clock, onRefused, connectMs }: AccessParts,
): LiveAccess {
  let judge = createServerJudge(identity.current(), state, onRefused);
  const channels = openChannels(identity.current(), judge, connectMs);
  identity.follow((replaced) => {
    judge = createServerJudge(replaced, state, onRefused);
    channels.replaceCredentials(credentialsOf(replaced, judge));
  });
  return {
    own: identity.current().nodeUuid,
    clock,
    channels,
    async watch(signal) {
      while (!signal.aborted) {
        await clock.sleep(timings.trustLookMs, signal).catch(() => undefined);
        if (!signal.aborted) judge.refusedByNow().forEach(channels.reconnect);
      }
    },
  };
}

const openChannels = (
  identity: NodeIdentity,
  judge: ServerJudge,
  connectMs: number = timings.connectMs,
): Channels => {
  const { reconnectMaxMs } = timings;
  return createChannels({ credentials: credentialsOf(identity, judge), connectMs, reconnectMaxMs });
};

const credentialsOf = (identity: NodeIdentity, judge: ServerJudge) =>
  createCredentials({ identity, verifyPeer: judge.whyNot });
