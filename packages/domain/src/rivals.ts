/**
 * What a master makes of nodes marked offline that answer all the same.
 *
 * They have no vote. But `failover --no-voting` on both sides of a cut makes a master on each, and each has
 * marked the other side offline: when the cut is healed, only this look finds the other. The later epoch stays.
 */
import type { MastershipEntry } from './configuration.ts';
import type { Ballot } from './vote.ts';
import type { Mastership } from './voter-record.ts';

/** The master of the latest epoch above this one that anybody shows. */
export const laterMastership = (ballots: readonly Ballot[], epoch: number): Mastership | undefined =>
  ballots
    .flatMap((b) => (b.kind === 'unreachable' || !b.vote.master ? [] : [b.vote.master]))
    .filter((master) => master.epoch > epoch)
    .sort((a, b) => b.epoch - a.epoch)[0];

/** Masterships of earlier epochs that nodes still name, and `history` knows nothing of. */
export const overruledMasterships = (
  history: readonly MastershipEntry[],
  ballots: readonly Ballot[],
): readonly Mastership[] =>
  ballots.flatMap((ballot) => {
    if (ballot.kind === 'unreachable' || !ballot.vote.master) return [];
    const { master } = ballot.vote;
    return history.some(({ epoch }) => epoch === master.epoch) ? [] : [master];
  });
