/**
 * What a master makes of nodes that know another one, those marked offline above all.
 *
 * They have no vote. But `failover --no-voting` on both sides of a cut makes a master on each, and each has
 * marked the other side offline: when the cut is healed, only this look finds the other. The later epoch stays, and tells
 * the nodes that followed the earlier one who is master, so that nobody names the loser any more.
 */
import type { MastershipEntry } from './configuration.ts';
import type { RosterNode } from './roster.ts';
import type { Ballot } from './vote.ts';
import type { Mastership } from './voter-record.ts';

/** The master of the latest epoch above this one that anybody shows. */
export const laterMastership = (ballots: readonly Ballot[], epoch: number): Mastership | undefined =>
  ballots
    .flatMap((b) => (b.kind === 'unreachable' || !b.vote.master ? [] : [b.vote.master]))
    .filter((master) => master.epoch > epoch)
    .sort((a, b) => b.epoch - a.epoch)[0];

export type RivalDecision =
  | { readonly kind: 'none' }
  /** Somebody was made master in a later epoch: this office is over. */
  | { readonly kind: 'submit'; readonly to: Mastership }
  /** Of earlier epochs, and unknown to the history of this office. */
  | { readonly kind: 'enter'; readonly overruled: readonly Mastership[] }
  /** All that is entered; these nodes still name the master of an earlier epoch, and are to be told of this one. */
  | { readonly kind: 'correct'; readonly nodes: readonly RosterNode[] };

/** `ballots` are of nodes marked offline; `history` is that of the master of `epoch`, who asks. */
export function decideRivals(
  epoch: number,
  history: readonly MastershipEntry[],
  ballots: readonly Ballot[],
): RivalDecision {
  const to = laterMastership(ballots, epoch);
  if (to) return { kind: 'submit', to };
  const overruled = overruledMasterships(history, ballots);
  if (overruled.length > 0) return { kind: 'enter', overruled };
  const nodes = misledNodes(epoch, history, ballots);
  return nodes.length > 0 ? { kind: 'correct', nodes } : { kind: 'none' };
}

/** Whom they name was master before, and who is master now they have not heard: nobody sends to nodes marked offline. */
function misledNodes(
  epoch: number,
  history: readonly MastershipEntry[],
  ballots: readonly Ballot[],
): readonly RosterNode[] {
  const present = history.find((entry) => entry.epoch === epoch)?.node;
  return ballots.flatMap((ballot) => {
    if (ballot.kind === 'unreachable' || !ballot.vote.master) return [];
    const { master, epoch: seen } = ballot.vote;
    return master.epoch < epoch && seen <= epoch && master.node !== present ? [ballot.node] : [];
  });
}

/** The highest epoch that anybody has promised to somebody; 0 if nobody answers. */
export const highestPromised = (ballots: readonly Ballot[]): number =>
  Math.max(0, ...ballots.map((ballot) => (ballot.kind === 'unreachable' ? 0 : ballot.vote.epoch)));

const overruledMasterships = (
  history: readonly MastershipEntry[],
  ballots: readonly Ballot[],
): readonly Mastership[] =>
  ballots.flatMap((ballot) => {
    if (ballot.kind === 'unreachable' || !ballot.vote.master) return [];
    const { master } = ballot.vote;
    return history.some(({ epoch }) => epoch === master.epoch) ? [] : [master];
  });
