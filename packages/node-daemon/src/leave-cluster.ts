/**
 * Ends this node's membership: stops serving first, then deletes exactly what the cluster put here (BEH-304), and
 * takes back what it changed elsewhere on the host. This program's own log is among it; it is written to no more.
 *
 * Either the cluster is at its end and this is its last node, or the master has taken this node out of the configuration,
 * has sent it that, and now tells it to go. The answer to whoever asked leaves before the daemon closes its port; the
 * deletion happens when nobody can be served from a half-deleted state any more.
 *
 * Counterpart in Ganeti: the RPC node_leave_cluster, which deletes while it serves (spec L5).
 */
import { restoreHost } from '@quorate/cluster-state/host-changes';
import type { State } from '@quorate/cluster-state/state';
import { readRoster } from '@quorate/cluster-state/roster-store';
import { ClusterError } from '@quorate/domain/errors';
import { nodeByUuid, type ClusterUuid, type NodeUuid, type Roster } from '@quorate/domain/roster';
import type { VoterRecord } from '@quorate/domain/voter-record';
import type { Log } from '@quorate/platform/log';
import { assertMaster, type Voter } from './voter.ts';

export interface LeaveOrder {
  /** Who asks. */
  readonly node: NodeUuid;
  /** In which epoch it is master; 0 where the node itself asks. */
  readonly epoch: number;
}

export type LeaveCluster = (clusterUuid: ClusterUuid, order: LeaveOrder) => Promise<void>;

interface LeaveParts {
  readonly state: State;
  readonly own: NodeUuid;
  readonly voter: Pick<Voter, 'record'>;
  readonly log: Log;
  readonly stopMasterDaemon: () => Promise<void>;
  /** Ends the program, after the answer has left, and then runs what it is given. */
  readonly onLeft: (afterwards: () => Promise<void>) => void;
}

export function leaveCluster({ state, own, voter, log, stopMasterDaemon, onLeft }: LeaveParts): LeaveCluster {
  return async (clusterUuid, order) => {
    const [roster, record] = await Promise.all([readRoster(state), voter.record()]);
    if (roster.clusterUuid !== clusterUuid) {
      throw new ClusterError('FOREIGN_CLUSTER', `This node belongs to cluster ${roster.clusterName}`);
    }
    if (order.node === own) assertEnded(record);
    else assertRemoved(roster, own, record, order);
    log.info({ asker: order.node, epoch: order.epoch }, `this node leaves ${roster.clusterName}`);
    onLeft(async () => {
      // Its files are deleted next, and it would write some of them again.
      await stopMasterDaemon().catch((error: unknown) =>
        log.error({ error: String(error) }, 'the master daemon could not be stopped'),
      );
      // Its pid file says that this program is at work here; nobody else may come to delete it.
      await restoreHost(state, [state.layout.nodedPid]);
    });
  };
}

function assertEnded({ master }: VoterRecord): void {
  if (!master) return;
  throw new ClusterError(
    'NOT_ALLOWED',
    'A node leaves by this way only from a cluster that has no master any more',
    { hint: 'Use quorate destroy on the master' },
  );
}

/** The configuration that says so was taken from a master by the voter's rules, so it cannot be made up by a candidate. */
function assertRemoved(
  roster: Roster,
  own: NodeUuid,
  record: VoterRecord,
  { node, epoch }: LeaveOrder,
): void {
  assertMaster(record, epoch, node);
  if (!nodeByUuid(roster, own)) return;
  throw new ClusterError('NOT_ALLOWED', `This node is a node of ${roster.clusterName}`, {
    hint: 'Use quorate node remove on the master',
  });
}
