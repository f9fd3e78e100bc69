/**
 * The steps by which a node becomes master, as bootstrap/failover.ts has them: ask, decide, catch up, be nominated or
 * wait out the lease, collect grants, record. What follows (lease, address, confirmation) is taking-office.ts.
 */
import { planCommit, withinReach } from '@quorate/domain/commit';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { withMaster, withNodesOffline } from '@quorate/domain/configuration-changes';
import { electorateOf } from '@quorate/domain/electorate';
import { ClusterError } from '@quorate/domain/errors';
import { decideFailover, decideForcedFailover, type FailoverPlan } from '@quorate/domain/failover';
import { formerMaster } from '@quorate/domain/failover-scene';
import { leaseInTheWay } from '@quorate/domain/lease-in-the-way';
import type { NodeUuid, Roster, RosterNode } from '@quorate/domain/roster';
import { compareVersions, newestVersion, sameVersion, type Version } from '@quorate/domain/version';
import type { Ballot } from '@quorate/domain/vote';
import { commit } from './committing.ts';
import {
  answersOf,
  askNode,
  askToAgree,
  countingRoster,
  gatherVotes,
  limits,
  type Caller,
} from './rounds.ts';
import { rosterIn, sealed } from './small-cluster.ts';

export type Manner = 'failover' | 'automatic-failover' | 'failover-without-voting';

export interface Attempt {
  readonly manner: Manner;
  /** Without voting: an operator promised that those who do not answer are really down. */
  readonly isPromised?: boolean;
  /** The node is named master already and takes the office up again, in a new epoch. */
  readonly anew?: boolean;
}

/** What a majority granted, by which record. */
export interface Reign {
  readonly epoch: number;
  readonly record: ClusterRecord;
}

export type Ascent =
  | {
      readonly kind: 'recorded';
      readonly record: ClusterRecord;
      readonly plan: Going;
      /** The old master handed over, so its lease may still live. */
      readonly nominated: boolean;
      /** Longest lease that may have been promised to it, ms. */
      readonly leaseMs: number;
    }
  | { readonly kind: 'refused'; readonly reason: string };

type Going = Extract<FailoverPlan, { kind: 'go' }>;

/** Waits for an answer, for a bounded time; undefined if it does not come. */
export function askWithin<A>(
  caller: Caller,
  host: Parameters<typeof askNode>[1],
  ms: number,
  serve: Parameters<typeof askNode<A>>[2],
  answered: (answer: A | undefined) => void,
): void {
  let open = true;
  const once = (answer: A | undefined): void => {
    if (!open) return;
    open = false;
    answered(answer);
  };
  askNode<A>(caller, host, serve, once);
  caller.cluster.world.after(caller.process, ms, () => once(undefined));
}

/** The text of that version, from that node. */
export function fetchRecord(
  caller: Caller,
  from: RosterNode,
  version: Version,
  fetched: (record: ClusterRecord | undefined) => void,
): void {
  askWithin<ClusterRecord | null>(
    caller,
    caller.cluster.hostOf(from.uuid),
    limits.roundMs,
    (daemon, reply) => reply(daemon.configuration()),
    (record) => fetched(record && compareVersions(record.version, version) === 0 ? record : undefined),
  );
}

/** Asks the electorate of `held` to grant `epoch`, once; tells whether a majority did. */
function requestGrants(
  caller: Caller,
  held: ClusterRecord,
  epoch: number,
  ended: (granted: boolean) => void,
): void {
  const { own, cluster } = caller;
  const voters = electorateOf(countingRoster(caller, held));
  const leaseMs = held.ours.parameters.leaseMs;
  const request = { epoch, candidate: own.uuid, version: held.version, leaseMs };
  askToAgree(
    caller,
    voters,
    (daemon, reply) => daemon.grant(request, reply),
    ({ agreed, isMajority }) => {
      cluster.world.say?.(`${own.name} has ${agreed} of ${voters.length} grants of epoch ${epoch}`);
      if (isMajority) cluster.observer.elected(own, epoch, held.version);
      ended(isMajority);
    },
    { roundMs: limits.grantMs, waitsForAll: cluster.world.fault === 'plurality' },
  );
}

/**
 * From the first question to a configuration committed in the new epoch. `elected` is called with the grants: from
 * then on the lease that came with them counts, and is to be renewed.
 */
export function ascend(
  caller: Caller,
  { manner, isPromised = false, anew = false }: Attempt,
  elected: (reign: Reign, sentMs: number | null) => void,
  ended: (ascent: Ascent) => void,
): void {
  const { cluster, own } = caller;
  const { world } = cluster;
  const forced = manner === 'failover-without-voting';
  const stored = own.disk.read();
  let held = stored.record;
  let fetched = false;

  const again = () =>
    anew ? { anewAbove: 0, formerMaster: formerMaster(held?.ours.history ?? [], own.uuid) } : {};

  const refuse = (reason: string): void => {
    world.say?.(`${own.name} does not become master: ${reason}`);
    ended({ kind: 'refused', reason });
  };

  function findStart(): void {
    const heldIsNewest = held && stored.roster && compareVersions(held.version, stored.roster.version) >= 0;
    const roster = heldIsNewest && held ? countingRoster(caller, held) : stored.roster;
    if (!roster) return refuse('NOT_IN_CLUSTER: it is not yet a node');
    // Without an operator waiting for causes, a majority that is free and suffices is all that need be heard.
    const enough = (ballots: readonly Ballot[]): boolean =>
      isFree(roster)(ballots) &&
      decideFailover({ ...factsFor(caller, roster, held, ballots), ...again() }).kind !== 'refuse';
    const isHurried = manner === 'automatic-failover';
    gatherVotes(caller, roster, (ballots) => decideOn(roster, ballots), isHurried ? enough : undefined);
  }

  const isFree =
    (roster: Roster) =>
    (ballots: readonly Ballot[]): boolean =>
      !leaseInTheWay(own.uuid, roster, ballots);

  function decideOn(roster: Roster, ballots: readonly Ballot[]): void {
    const facts = { ...factsFor(caller, roster, held, ballots), ...again() };
    const plan = forced
      ? decideForcedFailover({ ...facts, randomJump: world.random.below(1000), acceptDataLoss: true })
      : decideFailover(facts);
    if (plan.kind === 'refuse') return refuse(`${plan.error.reason}: ${plan.error.message}`);
    if (plan.kind === 'fetch') return fetchNewest(plan);
    if (!held) return refuse('NEWER_CONFIGURATION_ELSEWHERE: it holds no configuration');
    if (forced) return record(held, plan, false);
    const base = held;
    const { oldMaster } = plan;
    if (!anew && oldMaster && plan.oldMasterAnswers) {
      return askHandOver(oldMaster, base, (handed) =>
        handed ? collectGrants(handed, plan, true) : waitOutLease(base, plan),
      );
    }
    waitOutLease(base, plan);
  }

  function fetchNewest({ from, version }: Extract<FailoverPlan, { kind: 'fetch' }>): void {
    if (fetched) return refuse('NEWER_CONFIGURATION_ELSEWHERE: the configuration changed meanwhile');
    fetched = true;
    fetchRecord(caller, from, version, (record) => {
      if (!record) return refuse('NEWER_CONFIGURATION_ELSEWHERE: it could not be fetched');
      held = record;
      findStart();
    });
  }

  /** Resolves to what to start from: the master may have committed something since it was asked. */
  function askHandOver(
    oldMaster: RosterNode,
    base: ClusterRecord,
    ended: (handed: ClusterRecord | undefined) => void,
  ): void {
    const old = cluster.hostOf(oldMaster.uuid);
    let open = true;
    const once = (version: Version | null | undefined): void => {
      if (!open) return;
      open = false;
      if (!version) return ended(undefined);
      if (sameVersion(version, base.version)) return ended(base);
      fetchRecord(caller, oldMaster, version, ended);
    };
    world.call<Version | null>(
      caller.process,
      old.masterd,
      (reply) => cluster.masterDaemon(old).handOver(own.uuid, reply),
      once,
    );
    world.after(caller.process, limits.handOverMs, () => once(undefined));
  }

  /** Nobody is asked to grant while a promise to another keeps a majority from it. */
  function waitOutLease(base: ClusterRecord, plan: Going): void {
    const roster = countingRoster(caller, base);
    const deadlineMs = world.clockMs(own) + 2 * base.ours.parameters.leaseMs;
    const ask = (): void =>
      gatherVotes(
        caller,
        roster,
        (ballots) => {
          const inTheWay = world.fault === 'plurality' ? null : leaseInTheWay(own.uuid, roster, ballots);
          if (!inTheWay) return collectGrants(base, plan, false);
          if (world.clockMs(own) > deadlineMs) return refuse('LEASE_LIVE: a majority still renews the lease');
          world.after(caller.process, Math.max(inTheWay.leftMs, 50), ask);
        },
        isFree(roster),
      );
    ask();
  }

  function collectGrants(base: ClusterRecord, plan: Going, nominated: boolean): void {
    const sentMs = world.clockMs(own);
    requestGrants(caller, base, plan.epoch, (granted) => {
      if (!granted) return refuse('GRANT_REFUSED: no majority granted');
      elected(
        { epoch: plan.epoch, record: base },
        world.fault === 'lease-from-answer' ? world.clockMs(own) : sentMs,
      );
      record(base, plan, nominated);
    });
  }

  function record(base: ClusterRecord, plan: Going, nominated: boolean): void {
    if (forced)
      cluster.observer.forced(base, isPromised && plan.silent.every((uuid) => !cluster.hostOf(uuid).up));
    const next = recordOf(base, plan.epoch, manner, own.uuid, forced ? plan.silent : [], world.now() / 1e6);
    if (!next) return refuse('NOT_A_MASTER_CANDIDATE');
    commit(caller, withinReach(planCommit(forced ? null : base, next), plan.silent), next, (outcome) => {
      world.say?.(`${own.name} recorded itself as master of epoch ${plan.epoch}: ${outcome}`);
      if (outcome !== 'committed') return refuse('COMMIT_UNDECIDED');
      cluster.observer.committed(next);
      if (forced) elected({ epoch: plan.epoch, record: next }, null);
      ended({ kind: 'recorded', record: next, plan, nominated, leaseMs: base.ours.parameters.leaseMs });
    });
  }

  findStart();
}

/** The record that makes this node master; undefined if it may not be. */
export function recordOf(
  base: ClusterRecord,
  epoch: number,
  how: Manner,
  own: NodeUuid,
  offline: readonly NodeUuid[],
  nowSeconds: number,
): ClusterRecord | undefined {
  try {
    const led = withMaster(base, { node: own, epoch, nowSeconds, how });
    const short = { ...led, ours: { ...led.ours, history: led.ours.history.slice(-4) } };
    return sealed(withNodesOffline(short, offline, nowSeconds));
  } catch (error) {
    if (error instanceof ClusterError) return undefined;
    throw error;
  }
}

/** With the mistakes that can be planted around the product's decision. */
function factsFor(
  { cluster, own }: Caller,
  roster: Roster,
  held: ClusterRecord | null,
  ballots: readonly Ballot[],
) {
  const { fault } = cluster.world;
  const facts = { own: own.uuid, roster, ownVersion: held?.version ?? null, ballots };
  if (fault === 'plurality') {
    const heard = answersOf(ballots).map(({ node }) => node.uuid);
    return {
      ...facts,
      roster: { ...roster, nodes: roster.nodes.filter(({ uuid }) => heard.includes(uuid)) },
    };
  }
  if (fault !== 'no-version-check' || !held) return facts;
  const { version } = held;
  const blind = ballots.map((ballot) =>
    ballot.kind === 'unreachable'
      ? ballot
      : ({ ...ballot, vote: { ...ballot.vote, version, holds: null } } as Ballot),
  );
  return { ...facts, roster: { ...rosterIn(held), version }, ballots: blind };
}

export const newestKnown = (ballots: readonly Ballot[]): Version =>
  newestVersion(
    answersOf(ballots).flatMap(({ vote }) => [vote.version, ...(vote.holds ? [vote.holds] : [])]),
  );
