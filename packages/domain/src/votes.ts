/**
 * Judges votes and adds them up: who is master in the opinion of a majority, and is a majority there at all.
 *
 * These are two questions (BEH-029): a cluster is healthy when enough nodes answer sensibly, agreed when enough
 * of them name the same node in the same epoch. An invalid vote counts neither for nor against anybody.
 * Everywhere the ballots are of distinct nodes (`addBallot`), and those from outside the electorate are ignored.
 *
 * Counterpart in Ganeti: lib/bootstrap.py, _GatherMasterVotes and MajorityHealthy.
 */
import { majorityOf } from './electorate.ts';
import { nodeByUuid, type NodeName, type Roster, type RosterNode } from './roster.ts';
import type { Ballot, Vote } from './vote.ts';
import type { Mastership } from './voter-record.ts';

export interface VoteCount {
  readonly master: Mastership;
  readonly votes: number;
}

export type Verdict =
  /** A majority of the electorate names this node in this epoch. */
  | ({ readonly kind: 'agreed' } & VoteCount)
  /** Enough valid votes, for more than one mastership. */
  | { readonly kind: 'split'; readonly counts: readonly VoteCount[] }
  | { readonly kind: 'too-few'; readonly valid: number; readonly needed: number };

export interface MajorityHealth {
  readonly healthy: boolean;
  readonly needed: number;
  readonly valid: number;
  /** Exactly the nodes without a valid vote, each with its cause (spec V1). */
  readonly unhealthy: readonly { readonly name: NodeName; readonly why: string }[];
}

/** Makes a ballot of an answer: is it this cluster's, that node's, and for a node that exists (BEH-017 to 019). */
export function judgeVote(node: RosterNode, vote: Vote, roster: Roster): Ballot {
  const invalid = (why: string): Ballot => ({ kind: 'invalid', node, vote, why });
  const { master } = vote;
  if (vote.clusterUuid !== roster.clusterUuid)
    return invalid(`belongs to another cluster, ${vote.clusterUuid}`);
  if (vote.node !== node.uuid) return invalid(`${node.address} is answered by another node, ${vote.node}`);
  if (master === null || master.node === '') return invalid('knows of no master');
  if (!nodeByUuid(roster, master.node))
    return invalid(`names a master that is not a node here, ${master.node}`);
  return { kind: 'valid', node, vote: { ...vote, master } };
}

/** Adds a ballot to a round. A node's first counts; what it sends twice or too late is ignored (BEH-024). */
export const addBallot = (ballots: readonly Ballot[], ballot: Ballot): readonly Ballot[] =>
  ballotOf(ballot.node, ballots) ? ballots : [...ballots, ballot];

/** Valid votes per mastership, highest first; equal counts in the order they were first seen. */
export function countVotes(ballots: readonly Ballot[]): readonly VoteCount[] {
  const counts = new Map<string, VoteCount>();
  for (const ballot of ballots) {
    if (ballot.kind !== 'valid') continue;
    const { master } = ballot.vote;
    const key = `${master.epoch} ${master.node}`;
    counts.set(key, { master, votes: (counts.get(key)?.votes ?? 0) + 1 });
  }
  return [...counts.values()].toSorted((a, b) => b.votes - a.votes);
}

/** What the electorate says, whoever has not answered counting as a voter all the same. */
export function tally(ballots: readonly Ballot[], electorate: readonly RosterNode[]): Verdict {
  const needed = majorityOf(electorate.length);
  const counts = countVotes(ballotsOf(electorate, ballots));
  const [first] = counts;
  if (first && first.votes >= needed) return { kind: 'agreed', ...first };
  const valid = counts.reduce((sum, count) => sum + count.votes, 0);
  return valid < needed ? { kind: 'too-few', valid, needed } : { kind: 'split', counts };
}

/** Does a majority of the electorate answer with a valid vote, and who does not. */
export function majorityHealth(
  ballots: readonly Ballot[],
  electorate: readonly RosterNode[],
): MajorityHealth {
  const needed = majorityOf(electorate.length);
  const unhealthy = electorate.flatMap((node) => {
    const ballot = ballotOf(node, ballots);
    return ballot?.kind === 'valid' ? [] : [{ name: node.name, why: whyUncounted(ballot) }];
  });
  const valid = electorate.length - unhealthy.length;
  return { healthy: valid >= needed, needed, valid, unhealthy };
}

/**
 * Whether further answers can no longer change who is agreed upon: a mastership has its majority, or none can
 * reach one (BEH-022, BEH-023). Not for a failover, which must know every node's cause and the newest version.
 */
export function surveyDecided(ballots: readonly Ballot[], electorate: readonly RosterNode[]): boolean {
  const needed = majorityOf(electorate.length);
  const cast = ballotsOf(electorate, ballots);
  const favour = countVotes(cast)[0]?.votes ?? 0;
  return favour >= needed || favour + (electorate.length - cast.length) < needed;
}

export const ballotOf = (node: RosterNode, ballots: readonly Ballot[]): Ballot | undefined =>
  ballots.find((ballot) => ballot.node.uuid === node.uuid);

/** The ballots cast by these nodes. */
export const ballotsOf = (electorate: readonly RosterNode[], ballots: readonly Ballot[]): readonly Ballot[] =>
  electorate.flatMap((node) => ballotOf(node, ballots) ?? []);

/** For people: why a node has no valid vote. */
export const whyUncounted = (ballot: Ballot | undefined): string =>
  ballot && ballot.kind !== 'valid' ? ballot.why : 'no answer before the round ended';
