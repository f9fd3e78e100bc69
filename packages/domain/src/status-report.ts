/**
 * What `status` and `votes` tell: one round of votes, judged. The keys are what `--json` prints and stay stable.
 *
 * Counterpart in Ganeti: lib/bootstrap.py, MajorityHealthy, whose list of unhealthy nodes is wrong (spec V1).
 */
import { type Candidacy, isPaused, priorityOf } from './candidacy.ts';
import { electorateOf } from './electorate.ts';
import { isoTime } from './initial-configuration.ts';
import { nodeByUuid, type NodeUuid, type Role, type Roster, type RosterNode } from './roster.ts';
import { newestVersion, type Version } from './version.ts';
import type { Ballot } from './vote.ts';
import { ballotOf, countVotes, majorityHealth, tally, whyUncounted, type Verdict } from './votes.ts';

interface NamedNode {
  readonly name: string;
  readonly uuid: NodeUuid;
}

export interface Pause {
  /** ISO 8601, UTC; null for until resumed. */
  readonly until: string | null;
}

export interface NodeStatus extends NamedNode {
  readonly role: Role;
  /** As a candidate: the higher goes first (candidacy.ts). */
  readonly priority: number;
  /** While it does not take over by itself. */
  readonly pause: Pause | null;
  readonly address: string;
  readonly reachable: boolean;
  /** Why it is not reachable, or its vote does not count. */
  readonly reason?: string;
  readonly vote: { readonly master: string; readonly epoch: number } | null;
  /** Newest configuration it acknowledged. */
  readonly version: Version | null;
}

export interface StatusReport {
  readonly cluster: { readonly name: string; readonly uuid: string };
  /** Whom a majority names; null if none does. */
  readonly master: NamedNode | null;
  /** Of that mastership; 0 without one. */
  readonly epoch: number;
  /** Newest version that any answer shows. */
  readonly version: Version;
  readonly electorate: number;
  readonly needed: number;
  readonly healthy: boolean;
  /** Of the whole cluster. */
  readonly automaticFailover: { readonly on: boolean; readonly pause: Pause | null };
  readonly nodes: readonly NodeStatus[];
}

/** `ballots`: one for every node that was asked; offline nodes are listed without one. A pause that is over is none. */
export function statusReport(roster: Roster, ballots: readonly Ballot[], nowSeconds: number): StatusReport {
  const electorate = electorateOf(roster);
  const verdict = tally(ballots, electorate);
  const { healthy, needed } = majorityHealth(ballots, electorate);
  const answered = ballots.flatMap((b) => (b.kind === 'unreachable' ? [] : [b.vote]));
  return {
    cluster: { name: roster.clusterName, uuid: roster.clusterUuid },
    ...agreedMaster(roster, verdict),
    version: newestVersion(answered.map((vote) => vote.version)),
    electorate: electorate.length,
    needed,
    healthy,
    automaticFailover: {
      on: roster.parameters.automaticFailover,
      pause: pauseOf(roster.parameters, nowSeconds),
    },
    nodes: roster.nodes.map((node) => ({
      ...knownOf(node, nowSeconds),
      ...answerOf(roster, node, ballotOf(node, ballots)),
    })),
  };
}

function agreedMaster(roster: Roster, verdict: Verdict): Pick<StatusReport, 'master' | 'epoch'> {
  if (verdict.kind !== 'agreed') return { master: null, epoch: 0 };
  const { node: uuid, epoch } = verdict.master;
  return { master: { name: nameOf(roster, uuid), uuid }, epoch };
}

type Known = Omit<NodeStatus, keyof Answer>;
type Answer = Pick<NodeStatus, 'reachable' | 'reason' | 'vote' | 'version'>;

const knownOf = (node: RosterNode, nowSeconds: number): Known => ({
  name: node.name,
  uuid: node.uuid,
  role: node.role,
  priority: priorityOf(node),
  pause: pauseOf(node, nowSeconds),
  address: node.address,
});

function pauseOf(paused: Pick<Candidacy, 'pausedUntilSeconds'>, nowSeconds: number): Pause | null {
  if (!isPaused(paused, nowSeconds)) return null;
  const { pausedUntilSeconds } = paused;
  return { until: pausedUntilSeconds ? isoTime(pausedUntilSeconds) : null };
}

function answerOf(roster: Roster, { role }: RosterNode, ballot: Ballot | undefined): Answer {
  if (!ballot) return { reachable: false, reason: whyNoBallot(role), vote: null, version: null };
  if (ballot.kind === 'unreachable')
    return { reachable: false, reason: ballot.why, vote: null, version: null };
  const { master, version } = ballot.vote;
  return {
    reachable: true,
    ...(ballot.kind === 'invalid' && { reason: ballot.why }),
    vote: master && { master: nameOf(roster, master.node), epoch: master.epoch },
    version,
  };
}

const whyNoBallot = (role: Role): string =>
  role === 'offline' ? 'not asked: it is marked offline' : whyUncounted(undefined);

const nameOf = (roster: Roster, uuid: NodeUuid): string => nodeByUuid(roster, uuid)?.name ?? uuid;

export interface VotesReport {
  readonly electorate: number;
  readonly needed: number;
  readonly valid: number;
  readonly healthy: boolean;
  readonly verdict: Verdict['kind'];
  /** Valid votes, most first. */
  readonly votes: readonly { readonly master: string; readonly epoch: number; readonly votes: number }[];
  /** Nodes without a valid vote, each with its cause (BEH-037, BEH-038). */
  readonly unhealthy: readonly { readonly name: string; readonly why: string }[];
}

export function votesReport(roster: Roster, ballots: readonly Ballot[]): VotesReport {
  const electorate = electorateOf(roster);
  const counts = countVotes(ballots);
  return {
    electorate: electorate.length,
    ...majorityHealth(ballots, electorate),
    verdict: tally(ballots, electorate).kind,
    votes: counts.map(({ master, votes }) => ({
      master: nameOf(roster, master.node),
      epoch: master.epoch,
      votes,
    })),
  };
}
