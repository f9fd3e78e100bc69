/**
 * The master daemon of one host: keeps the lease, owns the configuration while in office, and takes the office when
 * it is due. Mirrors master-daemon/src (mastership, lease-keeper, standby, loss-watch) and the end of
 * bootstrap/failover.ts.
 *
 *              majority names me, or elected          lease over, a later mastership, told to
 *   standby ───────────────────────────▶ in office ───────────────────────────────────────▶ standby
 */
import { decideAutomatic } from '@quorate/domain/automatic-failover';
import { planCommit, withinReach, type CommitPlan } from '@quorate/domain/commit';
import type { ClusterRecord, Draft } from '@quorate/domain/configuration';
import { electorateOf } from '@quorate/domain/electorate';
import { ClusterError } from '@quorate/domain/errors';
import { actsOnNothing } from '@quorate/domain/lag-guard';
import { leaseBounds, renewalIntervalMs, safeLeaseMs } from '@quorate/domain/lease';
import { leaseInTheWay } from '@quorate/domain/lease-in-the-way';
import { isCandidate, nodeByUuid, type NodeUuid } from '@quorate/domain/roster';
import { decideStart } from '@quorate/domain/start';
import { compareVersions, sameVersion, type Version } from '@quorate/domain/version';
import type { Ballot } from '@quorate/domain/vote';
import { tally } from '@quorate/domain/votes';
import {
  ascend,
  askWithin,
  fetchRecord,
  newestKnown,
  type Ascent,
  type Attempt,
  type Reign,
} from './candidate.ts';
import { bringUpToDate, commit, nodesToTell } from './committing.ts';
import type { ObservedOffice, Reply, Said } from './node-daemon.ts';
import {
  answersOf,
  askMany,
  askNode,
  countingRoster,
  gatherVotes,
  limits,
  neededOf,
  type Caller,
} from './rounds.ts';
import { rosterIn, sealed } from './small-cluster.ts';

export type Change = (present: ClusterRecord, nowSeconds: number) => Draft;
export type ChangeAnswer =
  | { readonly kind: 'committed'; readonly record: ClusterRecord }
  | { readonly kind: 'undecided' }
  | { readonly kind: 'refused'; readonly why: string };

export interface MasterDaemon {
  /** By its own reckoning; a master that hands over holds the office still, but takes no change. */
  inOffice(): boolean;
  /** In office and taking changes. */
  serves(): boolean;
  record(): ClusterRecord | undefined;
  /** `unblocks`: it marks a dead node offline, so it is made on top of a pending change and decides both. */
  change(change: Change, unblocks: boolean, reply: Reply<ChangeAnswer>): void;
  /** Answers with what the candidate must start from; null if it does not hand over. */
  handOver(candidate: NodeUuid, reply: Reply<Version | null>): void;
  failover(attempt: Attempt, reply: Reply<string>): void;
  standDown(epoch: number): void;
}

interface Pending {
  readonly record: ClusterRecord;
  readonly plan: CommitPlan;
}

interface Office {
  readonly epoch: number;
  /** Newest committed. */
  record: ClusterRecord;
  pending: Pending | null;
  handingOver: boolean;
  /** At the last look a voter had seen a later epoch. */
  overtaken: boolean;
  /** The address is raised once by whoever takes the office, and again by a look at the office. */
  addressDue: boolean;
}

export function createMasterDaemon(caller: Caller): MasterDaemon {
  const { cluster, process, own } = caller;
  const { world, observer } = cluster;
  const clock = (): number => world.clockMs(own);
  let office: Office | null = null;
  /** Granted by a majority and not yet in office. */
  let elected: Reign | null = null;
  /** End of the lease on this host's monotonic clock. */
  let leaseUntilMs = 0;
  let failingOver = false;
  let waiting: ((end: () => void) => void)[] = [];
  let busy = false;
  let keeping = false;

  /** Changes, hand-overs and failovers exclude each other; renewals and looks in office do not wait for anybody. */
  function inTurn(job: (end: () => void) => void): void {
    waiting.push(job);
    if (!busy) next();
  }

  function next(): void {
    const job = waiting.shift();
    busy = job !== undefined;
    job?.(next);
  }

  const leaseLeft = (): number => Math.max(0, leaseUntilMs - clock());
  const inOffice = (): boolean => office !== null && leaseLeft() > 0;
  const serves = (): boolean => inOffice() && office?.handingOver === false;

  function become(record: ClusterRecord, pending: Pending | null, addressDue: boolean): Office {
    world.say?.(`${own.name} is in office, epoch ${record.version.epoch}`);
    office = {
      epoch: record.version.epoch,
      record,
      pending,
      handingOver: false,
      overtaken: false,
      addressDue,
    };
    startKeeping();
    observer.serves(own);
    return office;
  }

  /** The node daemon of this host is told, so that the address goes down at once. */
  function stepDown(why: string): void {
    leaseUntilMs = 0;
    if (!office) return;
    world.say?.(`${own.name} leaves the office of epoch ${office.epoch}: ${why}`);
    const { epoch } = office;
    office = null;
    askNode<ObservedOffice>(
      caller,
      own,
      (daemon, reply) => daemon.leaveOffice(epoch, own.uuid, reply),
      () => undefined,
    );
  }

  // --- the lease

  const count = (sentMs: number, durationMs: number): void => {
    leaseUntilMs = Math.max(leaseUntilMs, sentMs + safeLeaseMs(durationMs));
  };

  /** One round of renewals, counted from before it was sent. */
  function renew({ epoch, record }: Reign, ended: (agreed: boolean) => void): void {
    const sentMs = clock();
    const durationMs = record.ours.parameters.leaseMs;
    const voters = electorateOf(countingRoster(caller, record));
    let agreed = 0;
    let heard = 0;
    let refusal: Said | undefined;
    const enough = (): boolean => agreed >= neededOf(caller, voters.length, heard);
    const request = { epoch, master: own.uuid, durationMs, order: sentMs };
    askMany<Said>(
      caller,
      voters,
      (daemon, reply) => daemon.renew(request, reply),
      (_node, said) => {
        if (said) heard += 1;
        if (said?.ok) agreed += 1;
        else if (said && isDeposing(said)) refusal = said;
        return world.fault !== 'plurality' && enough();
      },
      () => {
        if (agreed > 0 && enough()) {
          count(world.fault === 'lease-from-answer' ? clock() : sentMs, durationMs);
          observer.serves(own);
          if (office) holdOffice(office, () => undefined);
          return ended(true);
        }
        if (refusal && (reign()?.epoch ?? 0) <= epoch && !(failingOver && office)) {
          elected = null;
          leaseUntilMs = 0;
          stepDown('a majority did not renew, and a voter knows of a later epoch');
        }
        ended(false);
      },
      durationMs / 2,
    );
  }

  function holdOffice(present: Office, held: (seen: ObservedOffice | undefined) => void): void {
    if (!present.addressDue || !inOffice()) return held(undefined);
    const { epoch } = present;
    const untilMs = leaseUntilMs;
    askNode<ObservedOffice>(caller, own, (daemon, reply) => daemon.holdOffice(epoch, untilMs, reply), held);
  }

  /** The later of the two: a master elected anew rules on in its old epoch until the new one is recorded. */
  function reign(): Reign | null {
    if (!office || (elected && elected.epoch > office.epoch)) return elected;
    return { epoch: office.epoch, record: office.record };
  }

  /** Begun with the office or the grants. */
  function startKeeping(): void {
    if (keeping) return;
    keeping = true;
    world.after(process, 1, keepLease);
  }

  function keepLease(): void {
    const present = reign();
    const again = (ms: number): void => world.after(process, ms, keepLease);
    keeping = present !== null;
    if (!present) return;
    // While it asks for grants itself, its old epoch ends under its hands.
    if (failingOver && office && !elected) return again(50);
    const durationMs = present.record.ours.parameters.leaseMs;
    const handing = office?.handingOver ?? false;
    if (!handing || leaseLeft() < durationMs / 3) {
      renew(present, (agreed) => {
        // To renew is to take the nomination back: nobody took the office in time.
        if (agreed && handing && office) {
          office.handingOver = false;
          world.say?.(`${own.name} goes on: nobody took the office over`);
          observer.serves(own);
        }
      });
    }
    if (office && leaseLeft() <= 0) stepDown('a majority did not renew its lease in time');
    again(renewalIntervalMs(durationMs));
  }

  // --- changes

  function change(make: Change, unblocks: boolean, reply: Reply<ChangeAnswer>, end: () => void): void {
    const present = office;
    const answer = (said: ChangeAnswer): void => {
      reply(said);
      end();
    };
    if (!present || !serves()) return answer({ kind: 'refused', why: 'NOT_MASTER' });
    if (present.pending && !unblocks) return answer({ kind: 'refused', why: 'COMMIT_UNDECIDED' });
    const pending = prepare(present, make);
    if (typeof pending === 'string') return answer({ kind: 'refused', why: pending });
    commit(caller, pending.plan, pending.record, (outcome) => {
      if (outcome === 'committed') {
        observer.committed(pending.record);
        if (office === present) Object.assign(present, { record: pending.record, pending: null });
        return answer({ kind: 'committed', record: pending.record });
      }
      if (outcome === 'undecided' && office === present) present.pending = pending;
      if (outcome === 'deposed' && office === present) stepDown('its change was refused for a later epoch');
      answer({ kind: 'undecided' });
    });
  }

  function prepare(present: Office, make: Change): Pending | string {
    try {
      const record = sealed(make(present.pending?.record ?? present.record, world.now() / 1e6));
      return { record, plan: planCommit(present.record, record) };
    } catch (error) {
      if (error instanceof ClusterError) return error.reason;
      throw error;
    }
  }

  function handOver(candidate: NodeUuid, reply: Reply<Version | null>, end: () => void): void {
    const present = office;
    const answer = (said: Version | null): void => {
      reply(said);
      end();
    };
    if (!present || !inOffice() || present.pending) return answer(null);
    world.say?.(`${own.name} takes no more changes and nominates ${observer.nameOf(candidate)}`);
    present.handingOver = true;
    const voters = electorateOf(countingRoster(caller, present.record));
    const request = { epoch: present.epoch, master: own.uuid, candidate, order: clock() };
    let done = 0;
    let heard = 0;
    const enough = (): boolean => done >= neededOf(caller, voters.length, heard);
    askMany<Said>(
      caller,
      voters,
      (daemon, say) => daemon.nominate(request, say),
      (_node, said) => {
        if (said) heard += 1;
        if (said?.ok) done += 1;
        return enough();
      },
      () => answer(enough() ? present.record.version : null),
      present.record.ours.parameters.leaseMs / 2,
    );
  }

  // --- looking

  function look(end: () => void): void {
    if (office) lookAfter(office, end);
    else reconsider(end);
  }

  /** In office: is anybody else master, who lags? */
  function lookAfter(present: Office, end: () => void): void {
    const { pending, record } = present;
    const asked = pending ? nodesToTell(pending.record, pending.plan) : undefined;
    const looked = (ballots: readonly Ballot[]): void => {
      if (office !== present) return end();
      const later = laterMastership(ballots, present.epoch);
      if (later) {
        stepDown(`${observer.nameOf(later.node)} is master of epoch ${later.epoch}`);
        return end();
      }
      // A voter that promised a later epoch obeys none before it. Whoever it was for is given a look's time to come.
      const isOvertaken = answersOf(ballots).some(({ vote }) => vote.epoch > present.epoch);
      if (isOvertaken && present.overtaken && !present.handingOver && world.fault !== 'voter-left-behind') {
        if (!failingOver) inTurn((endTurn) => electAnew(present, endTurn));
        return end();
      }
      present.overtaken = isOvertaken;
      bringUpToDate(caller, pending?.record ?? record, pending?.plan ?? null, ballots, (isCommitted) => {
        if (pending && isCommitted) {
          observer.committed(pending.record);
          if (office === present && present.pending === pending)
            Object.assign(present, { record: pending.record, pending: null });
        }
        if (office === present) present.addressDue = true;
        end();
      });
    };
    gatherVotes(caller, countingRoster(caller, pending?.record ?? record), looked, undefined, asked);
  }

  function electAnew(present: Office, end: () => void): void {
    if (office !== present || failingOver) return end();
    failover(byItself, () => undefined, end);
  }

  /** In standby: does a majority name this node, and renew its lease? */
  function reconsider(end: () => void): void {
    const { voter, roster, record } = own.disk.read();
    if (!roster || voter.master?.node !== own.uuid) return end();
    const counting = record && world.fault ? countingRoster(caller, record) : roster;
    gatherVotes(caller, counting, (ballots) => {
      const decision = decideStart({ own: own.uuid, ballots, electorate: electorateOf(counting) });
      if (decision.kind !== 'be-elected') return end();
      // An epoch has one tenure: what it had sent before, and forgot, may still be on its way to somebody.
      if (world.fault !== 'epoch-resumed') return failover({ ...byItself, anew: true }, () => undefined, end);
      const newest = newestKnown(ballots);
      const stored = own.disk.read().record;
      if (stored && compareVersions(stored.version, newest) >= 0) return resume(stored, ballots, end);
      const holder = answersOf(ballots).find(({ vote }) => vote.holds && sameVersion(vote.holds, newest));
      if (!holder) return end();
      fetchRecord(caller, holder.node, newest, (fetched) =>
        fetched ? resume(fetched, ballots, end) : end(),
      );
    });
  }

  function resume(record: ClusterRecord, ballots: readonly Ballot[], end: () => void): void {
    const { epoch } = record.version;
    renew({ epoch, record }, (agreed) => {
      if (office) return end();
      const isOvertaken = answersOf(ballots).some(({ vote }) => vote.epoch > epoch);
      if (!agreed && isOvertaken) return failover(byItself, () => undefined, end);
      if (!agreed) return end();
      const silent = ballots.flatMap((ballot) => (ballot.kind === 'unreachable' ? [ballot.node.uuid] : []));
      const plan = withinReach(planCommit(null, record), silent);
      bringUpToDate(caller, record, plan, ballots, (isCommitted) => {
        if (isCommitted) observer.committed(record);
        if (!office && leaseLeft() > 0)
          holdOffice(become(record, isCommitted ? null : { record, plan }, true), () => undefined);
        end();
      });
    });
  }

  // --- becoming master

  function failover(attempt: Attempt, reply: Reply<string>, end: () => void): void {
    const answer = (said: string): void => {
      world.say?.(`${own.name} reports: ${said}`);
      elected = null;
      failingOver = false;
      reply(said);
      end();
    };
    failingOver = true;
    world.say?.(`${own.name} begins: ${attempt.manner}`);
    const rule = (granted: Reign, sentMs: number | null): void => {
      elected = granted;
      startKeeping();
      if (sentMs !== null) count(sentMs, granted.record.ours.parameters.leaseMs);
    };
    ascend(caller, attempt, rule, (ascent) => {
      if (ascent.kind === 'refused') return answer(ascent.reason);
      endOldOffice(ascent, () => takeOffice(ascent.record, answer));
    });
  }

  /** The address of the old master: seen to be down there, or its lease waited out. */
  function endOldOffice(
    { record, plan, nominated, leaseMs }: Extract<Ascent, { kind: 'recorded' }>,
    done: () => void,
  ): void {
    const { oldMaster } = plan;
    if (!oldMaster) return done();
    const wait = (): void => (nominated ? world.after(process, leaseMs, done) : done());
    if (!plan.oldMasterAnswers) return wait();
    askWithin<ObservedOffice>(
      caller,
      cluster.hostOf(oldMaster.uuid),
      limits.officeMs,
      (daemon, reply) => daemon.leaveOffice(record.version.epoch, own.uuid, reply),
      (seen) => (seen && !seen.addressHere && !seen.inOffice ? done() : wait()),
    );
  }

  function takeOffice(record: ClusterRecord, answer: (said: string) => void): void {
    const begin = (): void => {
      if (leaseLeft() <= 0) return answer('LEASE_LOST');
      confirm(become(record, null, true), clock() + limits.officeMs, answer);
    };
    if (leaseLeft() <= 0 && elected) renew(elected, begin);
    else begin();
  }

  /** Success is what was seen: address, votes, and at last the lease that still lives. */
  function confirm(next: Office, untilMs: number, answer: (said: string) => void): void {
    if (office !== next) return answer('EPOCH_TOO_OLD: somebody else became master meanwhile');
    if (clock() > untilMs) return answer('POST_CONDITION_FAILED');
    const again = (): void => world.after(process, 60, () => confirm(next, untilMs, answer));
    holdOffice(next, (seen) => {
      if (!seen?.addressHere) return again();
      const roster = rosterIn(next.record);
      gatherVotes(caller, roster, (ballots) => {
        const verdict = tally(ballots, electorateOf(roster));
        const follow =
          verdict.kind === 'agreed' &&
          verdict.master.node === own.uuid &&
          verdict.master.epoch === next.epoch;
        if (!follow || !serves() || office !== next || own.addressUntil <= world.now()) return again();
        observer.toldMaster(own, next.record);
        answer('success');
      });
    });
  }

  // --- loss of the master

  /** In standby: is the lease that this host's own voter promised over, and should this candidate take over? */
  function watchLoss(): void {
    const again = (ms: number): void => world.after(process, Math.max(ms, 1), watchLoss);
    if (office || failingOver) return again(100);
    lookForLoss((ms, delayMs) => {
      if (delayMs === undefined) return again(ms);
      const expectedMs = clock() + delayMs;
      world.after(process, delayMs, () => {
        if (actsOnNothing(clock() - expectedMs, leaseBounds.leastMs)) return again(100);
        lookForLoss((_ms, stillMs) => {
          if (stillMs === undefined || failingOver || office) return again(100);
          // Not again at once: what stood in the way will hardly be gone.
          inTurn((end) => failover(byItself, () => again(limits.lookMs), end));
        });
      });
    });
  }

  /** `found` gets a pause until the next look, or after which delay to go. */
  function lookForLoss(found: (pauseMs: number, delayMs?: number) => void): void {
    const { roster, record, voter } = own.disk.read();
    const self = roster ? nodeByUuid(roster, own.uuid) : undefined;
    if (!roster || !self || !isCandidate(self) || !record || !voter.master || !own.noded.running)
      return found(limits.lookMs);
    // Over the local socket in the product; here a look next door is enough.
    const { leaseLeftMs } = cluster.nodeDaemon(own).vote();
    if (leaseLeftMs > 0) return found(Math.ceil(leaseLeftMs));
    const counting = world.fault ? countingRoster(caller, record) : roster;
    gatherVotes(
      caller,
      counting,
      (ballots) => {
        const decision = decideAutomatic({
          own: own.uuid,
          roster: counting,
          parameters: record.ours.parameters,
          history: record.ours.history,
          ballots,
          nowSeconds: world.now() / 1e6,
          jitter: world.random.between(0, 0.2),
        });
        if (decision.kind === 'go') found(0, decision.delayMs);
        else found(100);
      },
      (ballots) => !leaseInTheWay(own.uuid, counting, ballots),
    );
  }

  function watch(): void {
    if (office) look(() => undefined);
    else if (!busy) inTurn(look);
    world.after(process, limits.lookMs, watch);
  }

  world.after(process, world.random.between(5, 100), watch);
  world.after(process, world.random.between(5, 100), watchLoss);

  return {
    inOffice,
    serves,
    record: () => office?.record,
    change: (make, unblocks, reply) => inTurn((end) => change(make, unblocks, reply, end)),
    handOver: (candidate, reply) => inTurn((end) => handOver(candidate, reply, end)),
    failover: (attempt, reply) => inTurn((end) => failover(attempt, reply, end)),
    standDown(epoch) {
      if (!office || epoch < office.epoch) return;
      world.say?.(`${own.name} leaves the office of epoch ${office.epoch}: told that epoch ${epoch} ends it`);
      office = null;
      leaseUntilMs = 0;
    },
  };
}

const byItself: Attempt = { manner: 'automatic-failover' };

/** A voter that merely heard a later word of this master before does not say so with an epoch. */
const isDeposing = (said: Said): boolean =>
  !said.ok && (said.reason === 'EPOCH_TOO_OLD' || (said.reason === 'NOT_ALLOWED' && said.epoch > 0));

const laterMastership = (ballots: readonly Ballot[], epoch: number) =>
  answersOf(ballots)
    .flatMap(({ vote }) => vote.master ?? [])
    .find((master) => master.epoch > epoch);
