/** Which master daemon is to run an ordered failover: that of the node which is to become master. */
import { masterDaemonOf } from '@quorate/bootstrap/cluster-access';
import { gatherVotes } from '@quorate/bootstrap/votes';
import { bestCandidate } from '@quorate/domain/best-candidate';
import { electorateOf } from '@quorate/domain/electorate';
import { ClusterError } from '@quorate/domain/errors';
import { requireNodeNamed } from '@quorate/domain/roster';
import { tally } from '@quorate/domain/votes';
import type { Peer } from '@quorate/rpc/channels';
import type { ClusterContext } from './context.ts';

export interface FailoverTarget {
  /** Name of the node. */
  readonly to?: string;
  /** The best candidate besides the present master. */
  readonly best?: boolean;
}

type Context = Pick<ClusterContext, 'access' | 'roster' | 'master'>;

/** Without a wish, this host's. Fails with NODE_UNKNOWN; with NOT_A_MASTER_CANDIDATE if no other candidate answers. */
export async function failoverTarget(context: Context, { to, best }: FailoverTarget): Promise<Peer> {
  if (to !== undefined) return masterDaemonOf(requireNodeNamed(context.roster, to));
  return best ? bestTarget(context) : context.master;
}

async function bestTarget({ access, roster }: Context): Promise<Peer> {
  const ballots = await gatherVotes(access, roster);
  const verdict = tally(ballots, electorateOf(roster));
  const present = verdict.kind === 'agreed' ? verdict.master.node : roster.master;
  const best = bestCandidate(roster, ballots, present, access.clock.now().getTime() / 1000);
  if (best) return masterDaemonOf(best);
  throw new ClusterError('NOT_A_MASTER_CANDIDATE', 'No master candidate besides the master answers', {
    hint: 'See with quorate status why not',
  });
}
