/** Asks every node how it is, and the master what the configuration says of them; without a master that part is missing. */
import { masterDaemonOf } from '@quorate/bootstrap/cluster-access';
import { gatherVotes } from '@quorate/bootstrap/votes';
import { nodeListing, type ListedNode } from '@quorate/domain/node-listing';
import { nodeByUuid } from '@quorate/domain/roster';
import { statusReport } from '@quorate/domain/status-report';
import { timings } from '@quorate/domain/timings';
import type { NodeDetails__Output } from '@quorate/rpc/gen/quorate/master/v1/NodeDetails';
import { masterServices } from '@quorate/rpc/services';
import type { ClusterContext } from './context.ts';

export interface NodesOfCluster {
  readonly nodes: readonly ListedNode[];
  readonly details: readonly NodeDetails__Output[];
}

export async function listNodes({ access, roster }: ClusterContext): Promise<NodesOfCluster> {
  const ballots = await gatherVotes(access, roster);
  const report = statusReport(roster, ballots, access.clock.now().getTime() / 1000);
  const master = nodeByUuid(roster, report.master?.uuid ?? null);
  const asked = master
    ? access.channels.call(
        masterDaemonOf(master),
        masterServices.nodes.ListNodes,
        {},
        { deadlineMs: timings.voteMs },
      )
    : Promise.reject(new Error('nobody is master'));
  const details = await asked.then(
    ({ nodes }) => nodes,
    () => [],
  );
  return { nodes: nodeListing(report, details), details };
}
