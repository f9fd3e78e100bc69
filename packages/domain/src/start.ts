/**
 * May a master daemon that has just started, or is in standby, go for the office it may already own?
 *
 * Only if a majority names this node in an epoch above which nobody has shown a master. A node that was deposed
 * while it was away learns it here, and disturbs nobody. The office itself it gets by an election, in a new epoch.
 *
 * Counterpart in Ganeti: the verification at daemon start, which asks once and never again.
 */
import { majorityOf } from './electorate.ts';
import type { NodeUuid, RosterNode } from './roster.ts';
import type { Ballot } from './vote.ts';
import { ballotsOf, countVotes, majorityHealth } from './votes.ts';

export interface StartFacts {
  readonly own: NodeUuid;
  readonly ballots: readonly Ballot[];
  readonly electorate: readonly RosterNode[];
}

export type StartDecision =
  | { readonly kind: 'be-elected'; readonly epoch: number }
  /** Somebody else is master, or this node cannot win whoever still answers. */
  | { readonly kind: 'standby'; readonly why: string }
  /** Votes are missing that could still decide it. */
  | { readonly kind: 'ask-again'; readonly why: string };

export function decideStart({ own, ballots, electorate }: StartFacts): StartDecision {
  // An invalid vote elects nobody, but a master it shows in a later epoch may be one this node has yet to hear of.
  const shown = ballots.flatMap((ballot) =>
    ballot.kind === 'unreachable' ? [] : (ballot.vote.master ?? []),
  );
  const epoch = Math.max(0, ...shown.map((master) => master.epoch));
  const other = shown.find((master) => master.epoch === epoch && master.node !== own);
  if (other) return { kind: 'standby', why: `${nameOf(other.node, ballots)} is master in epoch ${epoch}` };
  return countFor(own, epoch, ballots, electorate);
}

/** Nobody is known to be master later than `epoch`; do enough nodes name this one in it? */
function countFor(
  own: NodeUuid,
  epoch: number,
  ballots: readonly Ballot[],
  electorate: readonly RosterNode[],
): StartDecision {
  const needed = majorityOf(electorate.length);
  const counts = countVotes(ballotsOf(electorate, ballots));
  const favour = counts.find(({ master }) => master.node === own && master.epoch === epoch)?.votes ?? 0;
  if (favour >= needed) return { kind: 'be-elected', epoch };
  const { unhealthy } = majorityHealth(ballots, electorate);
  const why = [
    `${needed} of ${electorate.length} votes needed for this node, ${favour} given`,
    ...unhealthy.map((node) => `${node.name}: ${node.why}`),
  ].join('; ');
  return { kind: favour + unhealthy.length >= needed ? 'ask-again' : 'standby', why };
}

const nameOf = (uuid: NodeUuid, ballots: readonly Ballot[]): string =>
  ballots.find((ballot) => ballot.node.uuid === uuid)?.node.name ?? uuid;
