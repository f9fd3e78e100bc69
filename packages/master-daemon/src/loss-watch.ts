/**
 * Standby of a candidate: is the master lost, and should this node take over by itself?
 *
 * It sleeps as long as its own voter, or a majority, is bound by the lease, so it wakes at the first moment at which
 * anything could be done. What to do then is decided in domain/automatic-failover.ts.
 */
import { askAboutLease, pauseFor } from '@quorate/bootstrap/await-lease';
import { nodeOf, type ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { askVote } from '@quorate/bootstrap/votes';
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import { readRoster } from '@quorate/cluster-state/roster-store';
import type { State } from '@quorate/cluster-state/state';
import { decideAutomatic, type AutomaticDecision } from '@quorate/domain/automatic-failover';
import { actsOnNothing, lateBy } from '@quorate/domain/lag-guard';
import { isCandidate, nodeByUuid } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import { randomInteger } from '@quorate/platform/digest';

export type LossDecision = AutomaticDecision | { readonly kind: 'sleep'; readonly ms: number };

/** One look. `sleep`: nothing can be the matter for so long. */
export async function lookForLoss(state: State, access: ClusterAccess): Promise<LossDecision> {
  const roster = await readRoster(state);
  const own = nodeByUuid(roster, access.own);
  if (!own || !isCandidate(own)) return { kind: 'sleep', ms: timings.surveyIntervalMs };
  const { leaseLeftMs, master } = await askVote(access, nodeOf(roster, access.own));
  if (leaseLeftMs > 0) return { kind: 'sleep', ms: Math.ceil(leaseLeftMs) };
  if (!master) return { kind: 'sleep', ms: timings.surveyIntervalMs };
  const askedMs = access.clock.monotonicMs();
  const [record, ballots] = await Promise.all([readClusterRecord(state), askAboutLease(access, roster)]);
  if (!record) return { kind: 'sleep', ms: timings.surveyIntervalMs };
  const found = decideAutomatic({
    own: access.own,
    roster,
    parameters: record.ours.parameters,
    history: record.ours.history,
    ballots,
    nowSeconds: access.clock.now().getTime() / 1000,
    jitter: randomInteger(1001) / 1000,
  });
  if (found.kind !== 'stand' || found.leftMs === undefined) return found;
  // Counted from before it was asked about: to look too early costs another look, to look too late an outage.
  return { kind: 'sleep', ms: pauseFor(found.leftMs - (access.clock.monotonicMs() - askedMs)) };
}

/** Sleeps, and tells whether it woke in time to act on what it knew before. */
export async function sleepInTime(
  { clock }: ClusterAccess,
  ms: number,
  leaseMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const expectedMs = clock.monotonicMs() + ms;
  await clock.sleep(ms, signal);
  return !actsOnNothing(lateBy(expectedMs, clock.monotonicMs()), leaseMs);
}
