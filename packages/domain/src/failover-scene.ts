/**
 * One round of votes, put in order for a failover: who answered, who is master, what is the newest configuration
 * and who holds it. Judges nothing; failover.ts and failover-refusals.ts do.
 */
import type { MastershipEntry } from './configuration.ts';
import { electorateOf } from './electorate.ts';
import { nodeByUuid, type NodeUuid, type Roster, type RosterNode } from './roster.ts';
import { newestVersion, noVersion, type Version } from './version.ts';
import type { Ballot, Vote } from './vote.ts';
import type { Mastership } from './voter-record.ts';
import { ballotOf, whyUncounted } from './votes.ts';

export interface FailoverFacts {
  readonly own: NodeUuid;
  /** That of the newest configuration this node holds. */
  readonly roster: Roster;
  /** Version of the full text this node holds; null if it holds none. */
  readonly ownVersion: Version | null;
  /** One per node that was asked, this one included. */
  readonly ballots: readonly Ballot[];
  /**
   * The node is named master, and is elected again above this epoch, which it heard of before it asked. An epoch has
   * one tenure, because what was sent in it before is forgotten and may still be on its way to somebody.
   */
  readonly anewAbove?: number;
  /** With `anewAbove`: who was master before this node by the history. */
  readonly formerMaster?: NodeUuid | null;
}

/** The facts, put in order once. */
export interface Scene extends FailoverFacts {
  readonly self: RosterNode | undefined;
  readonly electorate: readonly RosterNode[];
  /** What nodes of this cluster said; with or without an opinion on the master, they can grant. */
  readonly answers: readonly Answer[];
  /** Voters without an answer, and `q1.lab: connection timed out`. */
  readonly silent: readonly { readonly node: RosterNode; readonly cause: string }[];
  /** The highest that anybody shows; one, unless somebody went around the vote. */
  readonly masterships: readonly Mastership[];
  /** The same among other nodes than this one. */
  readonly otherMasters: readonly RosterNode[];
  /** Newest version anybody knows of, whether or not its text is within reach. */
  readonly newest: Version;
  readonly heldVersions: readonly Version[];
  readonly highestEpoch: number;
}

export interface Answer {
  readonly node: RosterNode;
  readonly vote: Vote;
}

export function survey(facts: FailoverFacts): Scene {
  const { own, roster, ballots } = facts;
  const ownVersion = facts.ownVersion ?? noVersion;
  const answers = ballots.flatMap((ballot) => (isOfCluster(ballot, roster) ? [ballot] : []));
  const electorate = electorateOf(roster);
  const masterships = [...answers.flatMap(({ vote }) => vote.master ?? []), ...masterOf(roster)];
  const others = latest(masterships.filter(({ node }) => node !== own)).map(({ node }) => node);
  const known = [
    ownVersion,
    roster.version,
    ...answers.flatMap(({ vote }) => [vote.version, vote.holds ?? noVersion]),
  ];
  return {
    ...facts,
    self: nodeByUuid(roster, own),
    electorate,
    answers,
    silent: electorate
      .filter((node) => !answers.some((answer) => answer.node.uuid === node.uuid))
      .map((node) => ({ node, cause: `${node.name}: ${whyUncounted(ballotOf(node, ballots))}` })),
    masterships: latest(masterships),
    otherMasters: [...new Set(others)].flatMap((uuid) => nodeByUuid(roster, uuid) ?? []),
    newest: newestVersion(known),
    heldVersions: [ownVersion, ...answers.flatMap(({ vote }) => vote.holds ?? [])],
    highestEpoch: Math.max(
      facts.anewAbove ?? 0,
      ...known.map(({ epoch }) => epoch),
      ...answers.map(({ vote }) => vote.epoch),
    ),
  };
}

const isOfCluster = (ballot: Ballot, roster: Roster): ballot is Exclude<Ballot, { kind: 'unreachable' }> =>
  ballot.kind !== 'unreachable' &&
  ballot.vote.clusterUuid === roster.clusterUuid &&
  ballot.vote.node === ballot.node.uuid;

const masterOf = ({ master, version }: Roster): readonly Mastership[] =>
  master === null ? [] : [{ node: master, epoch: version.epoch }];

const latest = (masterships: readonly Mastership[]): readonly Mastership[] => {
  const epoch = Math.max(...masterships.map((mastership) => mastership.epoch));
  return masterships.filter((mastership) => mastership.epoch === epoch);
};

/** Whoever held the office before this node did; null if nobody else ever has. */
export const formerMaster = (history: readonly MastershipEntry[], own: NodeUuid): NodeUuid | null =>
  history.findLast(({ node, how }) => node !== own && how !== 'overruled')?.node ?? null;
