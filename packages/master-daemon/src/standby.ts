/**
 * Standby: is this node named master? Resolves to what it is now known to be.
 *
 * Named by a majority, with nobody known to be master later, it is elected anew and never goes on in the epoch it
 * had: what it sent in that before it ended is forgotten, and may still be on its way to somebody. The loss of
 * another master is looked for in loss-watch.ts.
 *
 * Counterpart in Ganeti: the vote that ganeti-wconfd and ganeti-luxid hold before they start (spec §7).
 */
import type { ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { askOffline, askVote, gatherVotes } from '@quorate/bootstrap/votes';
import { readRoster } from '@quorate/cluster-state/roster-store';
import type { State } from '@quorate/cluster-state/state';
import { electorateOf } from '@quorate/domain/electorate';
import { nodeByUuid } from '@quorate/domain/roster';
import { highestPromised, laterMastership } from '@quorate/domain/rivals';
import { decideStart } from '@quorate/domain/start';
import { deposedBy } from './in-office.ts';
import type { Standby } from './tenure.ts';

export async function reconsider(state: State, access: ClusterAccess): Promise<Standby> {
  const roster = await readRoster(state);
  const electorate = electorateOf(roster);
  const own = nodeByUuid(roster, access.own);
  if (!own) return { kind: 'standby', why: `it is not yet a node of ${roster.clusterName}` };
  const vote = await askVote(access, own);
  if (vote.master?.node !== access.own) {
    const master = nodeByUuid(roster, vote.master?.node ?? null);
    return { kind: 'standby', why: master ? `${master.name} is master` : 'no master is recorded' };
  }
  // Everybody is waited for: whoever answers last may know of a later master.
  const [ballots, offline] = await Promise.all([gatherVotes(access, roster), askOffline(access, roster)]);
  const later = laterMastership(offline, vote.master.epoch);
  if (later) return deposedBy(later, roster);
  const decision = decideStart({ own: access.own, ballots, electorate });
  if (decision.kind !== 'be-elected') return { kind: 'standby', why: decision.why };
  const why = `a majority names it in epoch ${decision.epoch}, and it is not yet elected anew`;
  return { kind: 'standby', why, electAbove: highestPromised(ballots) };
}
