/**
 * Should this candidate take over by itself, and after which pause?
 *
 *   stand   nothing is amiss, or it is not for this node to do anything
 *   wait    the master is lost, but: why not
 *   go      pause for so long, ask and decide again, and then run the failover an operator would run
 *
 * Two signals must agree: this node's own voter is not bound any more, and a majority answers that would grant. A
 * lease that a minority still knows is no hindrance: whoever holds it is not master any more, because no majority
 * renews it, and behind a cut in one direction it might be renewed for ever. A master that only this node cannot
 * reach is not disturbed: a majority is bound to it. This decides when to try, never who wins: that is for the
 * grants (voter.ts), which a wrong `go` cannot get.
 *
 * Counterpart in Ganeti: none; its failover is an administrator's.
 */
import { candidatesByFreshness } from './best-candidate.ts';
import { isPaused } from './candidacy.ts';
import type { MastershipEntry } from './configuration.ts';
import type { OursParameters } from './parameters.ts';
import { majorityOf } from './electorate.ts';
import { survey, type Scene } from './failover-scene.ts';
import { isBound, leaseInTheWay } from './lease-in-the-way.ts';
import { isCandidate, type NodeUuid, type Roster } from './roster.ts';
import type { Ballot, Vote } from './vote.ts';
import { ballotOf } from './votes.ts';

/** A master that changes more often than so is not helped by another change; a person has to look. */
export const flapLimit = { masterships: 3, withinSeconds: 60 } as const;

export interface AutomaticFacts {
  readonly own: NodeUuid;
  readonly roster: Roster;
  readonly parameters: OursParameters;
  readonly history: readonly MastershipEntry[];
  /** A full round over the electorate, this node's own voter included. */
  readonly ballots: readonly Ballot[];
  /** Wall clock. */
  readonly nowSeconds: number;
  /** Random, from 0 to 1: candidates that believe to have the same rank do not go at the same moment. */
  readonly jitter: number;
}

export type AutomaticDecision =
  /** `leftMs`: of the lease that a majority is bound by, counted from the answers; not if this node is the master. */
  | { readonly kind: 'stand'; readonly leftMs?: number }
  | { readonly kind: 'wait'; readonly why: string }
  | { readonly kind: 'go'; readonly delayMs: number };

export function decideAutomatic(facts: AutomaticFacts): AutomaticDecision {
  const scene = survey({ ...facts, ownVersion: null });
  if (isMaster(scene)) return { kind: 'stand' };
  const inTheWay = leaseInTheWay(facts.own, facts.roster, facts.ballots);
  if (inTheWay?.passes && aLeaseLives(scene)) return { kind: 'stand', leftMs: inTheWay.leftMs };
  const why = forbidden(facts, scene) ?? notEligible(scene) ?? notEnough(scene);
  return why === undefined ? { kind: 'go', delayMs: delayMs(facts, scene) } : { kind: 'wait', why };
}

/** Then taking the office up again is decided by start.ts, without a new epoch. */
const isMaster = ({ masterships, own }: Scene): boolean => masterships.some(({ node }) => node === own);

/** Of another: what this node was promised itself, in an earlier attempt, does not keep it from the next. */
const aLeaseLives = ({ answers, own }: Scene): boolean =>
  answers.some(({ vote }) => vote.leaseLeftMs > 0 && vote.leaseHolder !== null && vote.leaseHolder !== own);

/** Whether candidates take over by themselves at the moment. */
export const isAutomatic = (parameters: OursParameters, nowSeconds: number): boolean =>
  parameters.automaticFailover && !isPaused(parameters, nowSeconds);

function forbidden({ parameters, history, nowSeconds }: AutomaticFacts, { self }: Scene): string | undefined {
  if (!parameters.automaticFailover) return 'automatic failover is off';
  if (isPaused(parameters, nowSeconds)) return 'automatic failover is paused';
  if (self && isPaused(self, nowSeconds)) return 'automatic failover to this node is paused';
  const recent = mastershipsSince(nowSeconds - flapLimit.withinSeconds, history);
  if (recent <= flapLimit.masterships) return undefined;
  return `there were ${recent} masterships in the last ${flapLimit.withinSeconds} s`;
}

/** A re-election moves nothing. */
const mastershipsSince = (seconds: number, history: readonly MastershipEntry[]): number =>
  history.filter(({ since, how }) => how !== 're-election' && Date.parse(since) / 1000 > seconds).length;

function notEligible({ self, ballots, own, answers }: Scene): string | undefined {
  if (!self || !isCandidate(self)) return 'this node is not a master candidate';
  if (answers.some(({ node }) => node.uuid === own)) return undefined;
  const mine = ballots.find(({ node }) => node.uuid === own);
  return `the node daemon of this host does not answer${mine && 'why' in mine ? `: ${mine.why}` : ''}`;
}

/** No epoch is raised without a majority that would grant it; voters that have restarted would not yet. */
function notEnough({ electorate, answers, silent, own }: Scene): string | undefined {
  const bound = electorate.flatMap((voter) =>
    answers.filter(({ node, vote }) => node.uuid === voter.uuid && isBound(vote, own)),
  );
  const free = electorate.length - silent.length - bound.length;
  const needed = majorityOf(electorate.length);
  if (free >= needed) return undefined;
  const causes = [
    ...silent.map(({ cause }) => cause),
    ...bound.map(({ node: { name }, vote }) => `${name}: ${whyBound(vote)}`),
  ];
  return [`${needed} of ${electorate.length} nodes needed, ${free} would grant`, ...causes].join('; ');
}

const whyBound = ({ leaseHolder }: Vote): string =>
  leaseHolder === null ? 'has restarted and may have promised a lease before' : 'is bound by a lease';

/** Among candidates that all believe to be first, because each heard of other voters. */
const firstJitterMs = 20;

/**
 * The best goes first, each of the others a third of the lease later; jitter never changes that order. A candidate
 * that was not waited for may be ahead: it gets a twelfth, time enough to be granted if it lives. Nobody waits for a
 * node that is paused.
 */
function delayMs(facts: AutomaticFacts, scene: Scene): number {
  const { ballots, jitter } = facts;
  const { leaseMs } = facts.parameters;
  const rank = rankAmong(ballots, facts, scene);
  const unheard = rankAmong([...ballots, ...asFreshAsOwn(facts)], facts, scene) - rank;
  const spreadMs = rank + unheard === 0 ? firstJitterMs : leaseMs / 30;
  return Math.round((rank * leaseMs) / 3 + (unheard * leaseMs) / 12 + jitter * spreadMs);
}

function rankAmong(ballots: readonly Ballot[], facts: AutomaticFacts, scene: Scene): number {
  const { own, roster, nowSeconds } = facts;
  const master = scene.masterships[0]?.node ?? null;
  return candidatesByFreshness(roster, ballots, master)
    .filter((node) => !isPaused(node, nowSeconds))
    .findIndex(({ uuid }) => uuid === own);
}

/** What candidates would say of which nothing was heard in this round, not even that they are unreachable. */
function asFreshAsOwn({ own, roster, ballots }: AutomaticFacts): readonly Ballot[] {
  const mine = ballots.find(({ node }) => node.uuid === own);
  if (!mine || mine.kind === 'unreachable') return [];
  const { vote } = mine;
  return roster.nodes
    .filter((node) => isCandidate(node) && !ballotOf(node, ballots))
    .map((node) => ({ kind: 'invalid', node, vote: { ...vote, node: node.uuid }, why: 'not heard yet' }));
}
