/**
 * One question to many nodes at once, as rpc/ask-many.ts and bootstrap/votes.ts do it: all asked together, the
 * round ends when everybody has answered, when the outcome is fixed, or when its time is over.
 */
import { electorateOf, majorityOf } from '@quorate/domain/electorate';
import { isCandidate, type Roster, type RosterNode } from '@quorate/domain/roster';
import type { Ballot, Vote } from '@quorate/domain/vote';
import { judgeVote } from '@quorate/domain/votes';
import type { ClusterRecord } from '@quorate/domain/configuration';
import type { NodeDaemon, Said } from './node-daemon.ts';
import { rosterIn } from './small-cluster.ts';
import type { Answered, Host, Process } from './world.ts';
import type { Cluster } from './cluster.ts';

/** Limits of the simulated rounds, ms. Shorter than the product's, so that more happens in a run. */
export const limits = {
  roundMs: 1_800,
  grantMs: 2_500,
  handOverMs: 3_000,
  commitMs: 4_000,
  lookMs: 2_000,
  officeMs: 2_500,
} as const;

/** What a program of the simulation works with. */
export interface Caller {
  readonly cluster: Cluster;
  readonly process: Process;
  readonly own: Host;
}

/** Asks a node daemon; `answered` may never be called. */
export function askNode<A>(
  { cluster, process }: Caller,
  host: Host,
  serve: (daemon: NodeDaemon, reply: (answer: A) => void) => void,
  answered: Answered<A>,
): void {
  cluster.world.call<A>(process, host.noded, (reply) => serve(cluster.nodeDaemon(host), reply), answered);
}

/** `ended` is called once, and nothing after it. */
export function askMany<A>(
  caller: Caller,
  nodes: readonly RosterNode[],
  serve: (daemon: NodeDaemon, reply: (answer: A) => void) => void,
  answered: (node: RosterNode, answer: A | undefined) => boolean,
  ended: () => void,
  roundMs: number = limits.roundMs,
): void {
  let open = true;
  let outstanding = nodes.length;
  const end = (): void => {
    if (!open) return;
    open = false;
    ended();
  };
  for (const node of nodes) {
    let first = true;
    askNode<A>(caller, caller.cluster.hostOf(node.uuid), serve, (answer) => {
      if (!open || !first) return;
      first = false;
      outstanding -= 1;
      if (answered(node, answer) || outstanding === 0) end();
    });
  }
  caller.cluster.world.after(caller.process, roundMs, end);
}

/** The roster by which this node counts: that of the record, unless the mistake of counting by the first is planted. */
export const countingRoster = ({ cluster, own }: Caller, record: ClusterRecord): Roster =>
  cluster.world.fault === 'wrong-electorate'
    ? (cluster.firstRosterOf(own) ?? rosterIn(record))
    : rosterIn(record);

/** With the mistake of plurality planted, half of those who were heard, and one, is enough. */
export const neededOf = ({ cluster }: Caller, voters: number, heard: number): number =>
  majorityOf(cluster.world.fault === 'plurality' ? heard : voters);

export interface Agreement {
  readonly agreed: number;
  readonly isMajority: boolean;
  readonly refusals: readonly Said[];
}

/** Asks the voters for a yes, until a majority of them has given it. */
export function askToAgree(
  caller: Caller,
  voters: readonly RosterNode[],
  serve: (daemon: NodeDaemon, reply: (said: Said) => void) => void,
  ended: (agreement: Agreement) => void,
  { roundMs, waitsForAll = false }: { readonly roundMs: number; readonly waitsForAll?: boolean },
): void {
  const heard: Said[] = [];
  const agreed = (): number => heard.filter(({ ok }) => ok).length;
  const isMajority = (): boolean => agreed() >= neededOf(caller, voters.length, heard.length);
  askMany<Said>(
    caller,
    voters,
    serve,
    (_node, said) => {
      if (said) heard.push(said);
      return !waitsForAll && isMajority();
    },
    () => ended({ agreed: agreed(), isMajority: isMajority(), refusals: heard.filter(({ ok }) => !ok) }),
    roundMs,
  );
}

/**
 * A round of votes of the roster's electorate. Without `enough` everybody is waited for, and nodes that were not
 * heard are unreachable; with it those that were not waited for have no ballot.
 */
export function gatherVotes(
  caller: Caller,
  roster: Roster,
  gathered: (ballots: readonly Ballot[]) => void,
  enough?: (ballots: readonly Ballot[]) => boolean,
  voters: readonly RosterNode[] = electorateOf(roster),
): void {
  const ballots = new Map<string, Ballot>();
  let ended = false;
  askMany<Vote>(
    caller,
    voters,
    (daemon, reply) => reply(daemon.vote()),
    (node, vote) => {
      ballots.set(node.uuid, vote ? judgeVote(node, vote, roster) : silence(node));
      ended = enough?.([...ballots.values()]) ?? false;
      return ended;
    },
    () =>
      gathered(ended ? [...ballots.values()] : voters.map((node) => ballots.get(node.uuid) ?? silence(node))),
  );
}

const silence = (node: RosterNode): Ballot => ({
  kind: 'unreachable',
  node,
  reason: 'UNREACHABLE',
  why: 'no answer',
});

export const answersOf = (ballots: readonly Ballot[]): readonly Exclude<Ballot, { kind: 'unreachable' }>[] =>
  ballots.flatMap((ballot) => (ballot.kind === 'unreachable' ? [] : [ballot]));

/** What is sent to a node: the text to candidates, the views to others. */
export const deliveryFor = (sender: string, record: ClusterRecord, node: RosterNode) => ({
  sender,
  roster: rosterIn(record),
  record: isCandidate(node) ? record : null,
});
