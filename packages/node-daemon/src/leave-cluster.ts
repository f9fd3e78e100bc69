/**
 * Ends this node's membership: stops serving first, then deletes exactly what the cluster put here (BEH-304), and
 * takes back what it changed elsewhere on the host. This program's own log is among it; it is written to no more.
 *
 * The answer to whoever asked leaves before the daemon closes its port; the deletion happens when nobody can
 * be served from a half-deleted state any more.
 *
 * Counterpart in Ganeti: the RPC node_leave_cluster, which deletes while it serves (spec L5).
 */
import { restoreHost } from '@quorate/cluster-state/host-changes';
import type { State } from '@quorate/cluster-state/state';
import { readRoster } from '@quorate/cluster-state/roster-store';
import { ClusterError } from '@quorate/domain/errors';
import type { ClusterUuid } from '@quorate/domain/roster';
import type { Voter } from './voter.ts';

export type LeaveCluster = (clusterUuid: ClusterUuid) => Promise<void>;

/** `endDaemon` ends the program, after the answer has left, and then runs what it is given. */
export function leaveCluster(
  state: State,
  voter: Voter,
  endDaemon: (afterwards: () => Promise<void>) => void,
): LeaveCluster {
  return async (clusterUuid) => {
    const [roster, record] = await Promise.all([readRoster(state), voter.record()]);
    if (roster.clusterUuid !== clusterUuid) {
      throw new ClusterError('FOREIGN_CLUSTER', `This node belongs to cluster ${roster.clusterName}`);
    }
    if (record.master) {
      throw new ClusterError(
        'NOT_ALLOWED',
        'A node leaves by this way only from a cluster that has no master any more',
        {
          hint: 'Use quorate destroy on the master',
        },
      );
    }
    // Its pid file says that this program is at work here; nobody else may come to delete it.
    endDaemon(() => restoreHost(state, [state.layout.nodedPid]));
  };
}
