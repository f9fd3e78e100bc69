/**
 * The steps by which a node becomes master, as bootstrap/failover.ts has them: ask, decide, catch up, be nominated or
 * wait out the lease, collect grants, record. What follows (lease, address, confirmation) is master-daemon.ts.
 */
import { planCommit } from '@quorate/domain/commit';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { withMaster, withNodesOffline } from '@quorate/domain/configuration-changes';
import { electorateOf } from '@quorate/domain/electorate';
import { ClusterError } from '@quorate/domain/errors';
import { decideFailover, decideForcedFailover, type FailoverPlan } from '@quorate/domain/failover';
import type { NodeUuid, Roster, RosterNode } from '@quorate/domain/roster';
import { compareVersions, newestVersion, type Version } from '@quorate/domain/version';
import type { Ballot } from '@quorate/domain/vote';
import { commit } from './committing.ts';
import type { Said } from './node-daemon.ts';
import { answersOf, askMany, askNode, countingRoster, gatherVotes, limits, neededOf, type Caller } from './rounds.ts';
import { rosterIn, sealed } from './small-cluster.ts';

export type Manner = 'failover' | 'automatic-failover' | 'failover-without-voting';

export type Ascent =
  | {
      readonly kind: 'recorded';
      readonly record: ClusterRecord;
      readonly oldMaster: RosterNode | null;
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

/** Asks the electorate of `held` to grant `epoch`; tells whether a majority did, and the longest refusal for a lease. */
export function requestGrants(
  caller: Caller,
  held: ClusterRecord,
  epoch: number,
  ended: (granted: boolean) => void,
): void {
  const { own, cluster } = caller;
  const voters = electorateOf(countingRoster(caller, held));
  const leaseMs = held.ours.parameters.leaseMs;
  const request = { epoch, candidate: own.uuid, version: held.version, leaseMs };
  let granted = 0;
  let heard = 0;
  const enough = (): boolean => granted >= neededOf(caller, voters.length, heard);
  askMany<Said>(
    caller,
    voters,
    (daemon, reply) => daemon.grant(request, reply),
    (_node, said) => {
      if (said) heard += 1;
      if (said?.ok) granted += 1;
      return cluster.world.fault !== 'plurality' && enough();
    },
    () => {
      const won = granted > 0 && enough();
      cluster.world.say?.(`${own.name} has ${granted} of ${voters.length} grants of epoch ${epoch}`);
      if (won) cluster.observer.elected(own, epoch, held.version);
      ended(won);
    },
  );
}

/** From the first question to a configuration committed in the new epoch. */
export function ascend(caller: Caller, manner: Manner, isPromised: boolean, ended: (ascent: Ascent) => void): void {
  const { cluster, own } = caller;
  const { world } = cluster;
  const forced = manner === 'failover-without-voting';
  let held = own.disk.read().record;
  let triedHandOver = false;
  let nominated = false;
  let attempts = 0;

  const refuse = (reason: string): void => {
    world.say?.(`${own.name} does not become master: ${reason}`);
    ended({ kind: 'refused', reason });
  };

  function attempt(): void {
    attempts += 1;
    if (attempts > 12) return refuse('TIMED_OUT: it took too many attempts');
    const stored = own.disk.read();
    if (stored.record && (!held || compareVersions(stored.record.version, held.version) > 0)) held = stored.record;
    const heldIsNewest = held && stored.roster && compareVersions(held.version, stored.roster.version) >= 0;
    const roster = heldIsNewest && held ? countingRoster(caller, held) : stored.roster;
    if (!roster) return refuse('NOT_IN_CLUSTER: it is not yet a node');
    gatherVotes(caller, roster, (ballots) => decideOn(roster, ballots));
  }

  function decideOn(roster: Roster, ballots: readonly Ballot[]): void {
    const facts = factsFor(caller, roster, held, ballots);
    const plan = forced
      ? decideForcedFailover({ ...facts, randomJump: world.random.below(1000) })
      : decideFailover(facts);
    if (plan.kind === 'refuse') return refuse(`${plan.error.reason}: ${plan.error.message}`);
    if (plan.kind === 'fetch') {
      return fetchRecord(caller, plan.from, plan.version, (record) => {
        held = record ?? held;
        attempt();
      });
    }
    if (!held) return refuse('NEWER_CONFIGURATION_ELSEWHERE: it holds no configuration');
    if (forced) return record(held, plan);
    if (manner === 'failover' && plan.oldMaster && plan.oldMasterAnswers && !triedHandOver) {
      triedHandOver = true;
      return askHandOver(plan.oldMaster);
    }
    collectGrants(held, plan, ballots);
  }

  function askHandOver(oldMaster: RosterNode): void {
    const old = cluster.hostOf(oldMaster.uuid);
    let open = true;
    const once = (said: boolean): void => {
      if (!open) return;
      open = false;
      nominated = said;
      attempt();
    };
    world.call<boolean>(
      caller.process,
      old.masterd,
      (reply) => cluster.masterDaemon(old).handOver(own.uuid, reply),
      (said) => once(said ?? false),
    );
    world.after(caller.process, limits.roundMs * 2, () => once(false));
  }

  function collectGrants(base: ClusterRecord, plan: Going, ballots: readonly Ballot[]): void {
    const free = answersOf(ballots).filter(
      ({ vote }) => nominated || vote.leaseLeftMs <= 0 || vote.leaseHolder === own.uuid,
    );
    const voters = electorateOf(countingRoster(caller, base));
    if (free.length < neededOf(caller, voters.length, answersOf(ballots).length)) {
      if (manner === 'automatic-failover') return refuse('LEASE_LIVE: the lease has not lapsed');
      const left = answersOf(ballots).map(({ vote }) => vote.leaseLeftMs);
      return world.after(caller.process, Math.max(50, Math.min(2_000, ...left.filter((ms) => ms > 0))), attempt);
    }
    requestGrants(caller, base, plan.epoch, (granted) => {
      if (granted) return record(base, plan);
      if (manner === 'automatic-failover') return refuse('GRANT_REFUSED: no majority granted');
      world.after(caller.process, world.random.between(100, 600), attempt);
    });
  }

  function record(base: ClusterRecord, plan: Going): void {
    if (forced) cluster.observer.forced(base, isPromised && plan.silent.every((uuid) => !cluster.hostOf(uuid).up));
    const next = recordOf(base, plan.epoch, manner, own.uuid, forced ? plan.silent : [], world.now() / 1e6);
    if (!next) return refuse('NOT_A_MASTER_CANDIDATE');
    commit(caller, planCommit(forced ? null : base, next), next, (outcome) => {
      world.say?.(`${own.name} recorded itself as master of epoch ${plan.epoch}: ${outcome}`);
      if (outcome !== 'committed') return refuse('COMMIT_UNDECIDED');
      cluster.observer.committed(next);
      const { oldMaster } = plan;
      ended({ kind: 'recorded', record: next, oldMaster, nominated, leaseMs: base.ours.parameters.leaseMs });
    });
  }

  attempt();
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
function factsFor({ cluster, own }: Caller, roster: Roster, held: ClusterRecord | null, ballots: readonly Ballot[]) {
  const { fault } = cluster.world;
  const facts = { own: own.uuid, roster, ownVersion: held?.version ?? null, ballots };
  if (fault === 'plurality') {
    const heard = answersOf(ballots).map(({ node }) => node.uuid);
    return { ...facts, roster: { ...roster, nodes: roster.nodes.filter(({ uuid }) => heard.includes(uuid)) } };
  }
  if (fault !== 'no-version-check' || !held) return facts;
  const { version } = held;
  const blind = ballots.map((ballot) =>
    ballot.kind === 'unreachable' ? ballot : ({ ...ballot, vote: { ...ballot.vote, version, holds: null } } as Ballot),
  );
  return { ...facts, roster: { ...rosterIn(held), version }, ballots: blind };
}

export const newestKnown = (ballots: readonly Ballot[]): Version =>
  newestVersion(answersOf(ballots).flatMap(({ vote }) => [vote.version, ...(vote.holds ? [vote.holds] : [])]));
