/**
 * The master daemon of one host: holds office while its lease lives, owns the configuration, and takes the office
 * when it is due. Mirrors master-daemon/src and bootstrap/failover.ts.
 *
 *              majority names me, or elected          a later mastership, or told to
 *   standby ───────────────────────────▶ in office ─────────────────────────────▶ standby
 *
 * In office means: a lease confirmed by a majority lives. While it does not, nothing is accepted, and the renewals go
 * on until they succeed or show who is master. After a hand-over that nobody took, and when voters have seen a higher
 * epoch without a master, it goes on only in an epoch of its own newly granted (`reaffirm`).
 */
import { planCommit, type CommitPlan } from '@quorate/domain/commit';
import type { ClusterRecord, Draft } from '@quorate/domain/configuration';
import { electorateOf } from '@quorate/domain/electorate';
import { ClusterError } from '@quorate/domain/errors';
import { renewalIntervalMs, safeLeaseMs } from '@quorate/domain/lease';
import { isCandidate, nodeByUuid, type NodeUuid } from '@quorate/domain/roster';
import { decideStart } from '@quorate/domain/start';
import { compareVersions, sameVersion } from '@quorate/domain/version';
import type { Ballot } from '@quorate/domain/vote';
import { tally } from '@quorate/domain/votes';
import { ascend, askWithin, fetchRecord, newestKnown, recordOf, requestGrants, type Ascent, type Manner } from './candidate.ts';
import { bringUpToDate, commit } from './committing.ts';
import type { ObservedOffice, Reply, Said } from './node-daemon.ts';
import { answersOf, askMany, askNode, countingRoster, gatherVotes, limits, neededOf, type Caller } from './rounds.ts';
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
  change(change: Change, reply: Reply<ChangeAnswer>): void;
  handOver(candidate: NodeUuid, reply: Reply<boolean>): void;
  failover(manner: Manner, isPromised: boolean, reply: Reply<string>): void;
  standDown(epoch: number): void;
  /** Leaves office in good order, and gives the lease back. */
  resign(reply: Reply<boolean>): void;
}

interface Pending {
  readonly record: ClusterRecord;
  readonly plan: CommitPlan;
}

interface Office {
  readonly epoch: number;
  record: ClusterRecord;
  pending: Pending | null;
  /** On this host's monotonic clock. */
  leaseUntilMs: number;
  /** The address may be raised: whoever had it has given it up, or its lease is over. */
  addressDue: boolean;
  handOverUntilMs: number | null;
  /** A voter has seen a higher epoch. */
  challenged: boolean;
}

export function createMasterDaemon(caller: Caller): MasterDaemon {
  const { cluster, process, own } = caller;
  const { world, observer } = cluster;
  const clock = (): number => world.clockMs(own);
  let office: Office | null = null;
  let waiting: ((end: () => void) => void)[] = [];
  let busy = false;
  let lapsedSinceMs: number | null = null;
  let patienceMs = 0;
  let tickedMs = clock();

  /** Changes, failovers and looks exclude each other; renewals do not wait for anybody. */
  function inTurn(job: (end: () => void) => void): void {
    waiting.push(job);
    if (!busy) next();
  }

  function next(): void {
    const job = waiting.shift();
    busy = job !== undefined;
    job?.(next);
  }

  const isLive = (): boolean => office !== null && clock() < office.leaseUntilMs;
  const serves = (): boolean => isLive() && office?.handOverUntilMs === null;
  const parameters = () => own.disk.read().record?.ours.parameters;

  function become(record: ClusterRecord, pending: Pending | null, addressDue: boolean): Office {
    world.say?.(`${own.name} holds the office of epoch ${record.version.epoch} once it has the lease`);
    office = {
      epoch: record.version.epoch,
      record,
      pending,
      leaseUntilMs: 0,
      addressDue,
      handOverUntilMs: null,
      challenged: false,
    };
    return office;
  }

  function stepDown(why: string): void {
    if (!office) return;
    world.say?.(`${own.name} leaves the office of epoch ${office.epoch}: ${why}`);
    const { epoch } = office;
    office = null;
    askNode<ObservedOffice>(caller, own, (daemon, reply) => daemon.leaveOffice(epoch, own.uuid, reply), () => undefined);
  }

  /** One round of renewals; counted from before it was sent. */
  function renew(present: Office): void {
    const sentMs = clock();
    const durationMs = present.record.ours.parameters.leaseMs;
    const rosters = [present.record, ...(present.pending ? [present.pending.record] : [])].map((record) =>
      countingRoster(caller, record),
    );
    const electorates = rosters.map((roster) => electorateOf(roster).map(({ uuid }) => uuid));
    const voters = [...new Map(rosters.flatMap((roster) => electorateOf(roster)).map((node) => [node.uuid, node])).values()];
    const acknowledged = new Set<NodeUuid>();
    let heard = 0;
    const confirmed = (): boolean =>
      electorates.every(
        (uuids) => uuids.filter((uuid) => acknowledged.has(uuid)).length >= neededOf(caller, uuids.length, heard),
      );
    let done = false;
    const request = { epoch: present.epoch, master: own.uuid, durationMs };
    askMany<Said>(
      caller,
      voters,
      (daemon, reply) => daemon.renew(request, reply),
      (node, said) => {
        if (said) heard += 1;
        if (said?.ok) acknowledged.add(node.uuid);
        else if (said?.reason === 'EPOCH_TOO_OLD') present.challenged = true;
        if (!done && world.fault !== 'plurality' && confirmed()) {
          done = true;
          leaseConfirmed(present, world.fault === 'lease-from-answer' ? clock() : sentMs, durationMs);
        }
        return done;
      },
      () => {
        if (!done && world.fault === 'plurality' && confirmed()) leaseConfirmed(present, sentMs, durationMs);
      },
    );
  }

  function leaseConfirmed(present: Office, fromMs: number, durationMs: number): void {
    if (office !== present) return;
    const wasLive = isLive();
    present.leaseUntilMs = Math.max(present.leaseUntilMs, fromMs + safeLeaseMs(durationMs));
    if (!wasLive && isLive()) world.say?.(`${own.name} is in office, epoch ${present.epoch}`);
    observer.serves(own);
    holdOffice(present, () => undefined);
  }

  function holdOffice(present: Office, held: (seen: ObservedOffice | undefined) => void): void {
    if (!present.addressDue || !isLive()) return held(undefined);
    const { epoch, leaseUntilMs } = present;
    askNode<ObservedOffice>(caller, own, (daemon, reply) => daemon.holdOffice(epoch, leaseUntilMs, reply), held);
  }

  function change(make: Change, reply: Reply<ChangeAnswer>, end: () => void): void {
    const present = office;
    const answer = (said: ChangeAnswer): void => {
      reply(said);
      end();
    };
    if (!present || !serves()) return answer({ kind: 'refused', why: 'NOT_MASTER' });
    if (present.pending) return answer({ kind: 'refused', why: 'COMMIT_UNDECIDED' });
    const pending = prepare(present.record, make);
    if (typeof pending === 'string') return answer({ kind: 'refused', why: pending });
    present.pending = pending;
    commit(caller, pending.plan, pending.record, (outcome) => {
      if (outcome === 'committed') {
        observer.committed(pending.record);
        settle(present, pending);
        return answer({ kind: 'committed', record: pending.record });
      }
      if (outcome === 'deposed') present.challenged = true;
      answer({ kind: 'undecided' });
    });
  }

  function prepare(present: ClusterRecord, make: Change): Pending | string {
    try {
      const record = sealed(make(present, world.now() / 1e6));
      return { record, plan: planCommit(present, record) };
    } catch (error) {
      if (error instanceof ClusterError) return error.reason;
      throw error;
    }
  }

  function settle(present: Office, { record }: Pending): void {
    if (!present.pending || !sameVersion(present.pending.record.version, record.version)) return;
    present.record = record;
    present.pending = null;
  }

  /** In office: is anybody else master, who lags? In standby: is this node named? */
  function look(end: () => void): void {
    if (office) lookAfter(office, end);
    else reconsider(end);
  }

  function lookAfter(present: Office, end: () => void): void {
    const { pending, record } = present;
    gatherVotes(caller, countingRoster(caller, pending?.record ?? record), (ballots) => {
      if (office !== present) return end();
      const later = laterMastership(ballots, present.epoch);
      if (later) {
        stepDown(`${observer.nameOf(later.node)} is master of epoch ${later.epoch}`);
        return end();
      }
      const handOverIsOver = present.handOverUntilMs !== null && clock() > present.handOverUntilMs;
      if (handOverIsOver || (present.challenged && !isLive())) return reaffirm(present, ballots, end);
      bringUpToDate(caller, pending?.record ?? record, pending?.plan ?? null, ballots, (isCommitted) => {
        if (pending && isCommitted) {
          observer.committed(pending.record);
          settle(present, pending);
        }
        end();
      });
    });
  }

  /** The office again, in an epoch that nobody was nominated in or granted. */
  function reaffirm(present: Office, ballots: readonly Ballot[], end: () => void): void {
    const base = present.pending?.record ?? present.record;
    if (compareVersions(newestKnown(ballots), base.version) > 0) return end();
    const highest = Math.max(present.epoch, ...answersOf(ballots).map(({ vote }) => vote.epoch));
    requestGrants(caller, base, highest + 1, (granted) => {
      if (!granted || office !== present) return end();
      const record = recordOf(base, highest + 1, 'failover', own.uuid, [], world.now() / 1e6);
      if (!record) return end();
      commit(caller, planCommit(base, record), record, (outcome) => {
        if (outcome === 'committed') {
          observer.committed(record);
          const { addressDue, leaseUntilMs } = present;
          if (office === present) renew(Object.assign(become(record, null, addressDue), { leaseUntilMs }));
        } else if (office === present) {
          stepDown(`its new epoch ${highest + 1} could not be recorded`);
        }
        end();
      });
    });
  }

  function reconsider(end: () => void): void {
    const { voter, roster, record } = own.disk.read();
    if (!roster || voter.master?.node !== own.uuid) return end();
    const counting = record && world.fault ? countingRoster(caller, record) : roster;
    gatherVotes(caller, counting, (ballots) => {
      const decision = decideStart({ own: own.uuid, ballots, electorate: electorateOf(counting) });
      if (decision.kind !== 'take-office') return end();
      resumeOffice(ballots, decision.epoch, end);
    });
  }

  function resumeOffice(ballots: readonly Ballot[], epoch: number, end: () => void): void {
    const newest = newestKnown(ballots);
    const stored = own.disk.read().record;
    const takeUp = (record: ClusterRecord | undefined): void => {
      if (!record || record.version.epoch !== epoch || office) return end();
      const plan = planCommit(null, record);
      bringUpToDate(caller, record, plan, ballots, (isCommitted) => {
        if (isCommitted) observer.committed(record);
        if (!office) renew(become(record, isCommitted ? null : { record, plan }, true));
        end();
      });
    };
    if (stored && compareVersions(stored.version, newest) >= 0) return takeUp(stored);
    const holder = answersOf(ballots).find(({ vote }) => vote.holds && sameVersion(vote.holds, newest));
    if (holder) fetchRecord(caller, holder.node, newest, takeUp);
    else end();
  }

  function failover(manner: Manner, isPromised: boolean, reply: Reply<string>, end: () => void): void {
    const answer = (said: string): void => {
      world.say?.(`${own.name} reports: ${said}`);
      reply(said);
      end();
    };
    if (office) return answer('ALREADY_MASTER');
    world.say?.(`${own.name} begins: ${manner}`);
    ascend(caller, manner, isPromised, (ascent) => {
      if (ascent.kind === 'refused') return answer(ascent.reason);
      const next = become(ascent.record, null, !ascent.nominated);
      renew(next);
      endOldOffice(next, ascent);
      confirm(next, clock() + limits.officeMs + (ascent.nominated ? ascent.leaseMs * 1.2 : 0), answer);
    });
  }

  /** The address of the old master: seen to be down there, or its lease waited out. */
  function endOldOffice(next: Office, { oldMaster, nominated, leaseMs }: Extract<Ascent, { kind: 'recorded' }>): void {
    if (!oldMaster) {
      next.addressDue = true;
      return;
    }
    askWithin<ObservedOffice>(
      caller,
      cluster.hostOf(oldMaster.uuid),
      limits.officeMs,
      (daemon, reply) => daemon.leaveOffice(next.epoch, own.uuid, reply),
      (seen) => {
        if (seen && !seen.addressHere && !seen.inOffice) next.addressDue = true;
      },
    );
    if (nominated) world.after(process, leaseMs * 1.2, () => void (next.addressDue = true));
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
        const follow = verdict.kind === 'agreed' && verdict.master.node === own.uuid && verdict.master.epoch === next.epoch;
        if (!follow || !serves() || office !== next || own.addressUntil <= world.now()) return again();
        observer.toldMaster(own, next.record);
        answer('success');
      });
    });
  }

  function handOver(candidate: NodeUuid, reply: Reply<boolean>, end: () => void): void {
    const present = office;
    const answer = (said: boolean): void => {
      reply(said);
      end();
    };
    if (!present || !serves() || present.pending) return answer(false);
    world.say?.(`${own.name} takes no more changes and nominates ${observer.nameOf(candidate)}`);
    present.handOverUntilMs = clock() + present.record.ours.parameters.leaseMs;
    const voters = electorateOf(countingRoster(caller, present.record));
    const request = { epoch: present.epoch, master: own.uuid, candidate };
    let done = 0;
    let heard = 0;
    askMany<Said>(
      caller,
      voters,
      (daemon, say) => daemon.nominate(request, say),
      (_node, said) => {
        if (said) heard += 1;
        if (said?.ok) done += 1;
        return done >= neededOf(caller, voters.length, heard);
      },
      () => answer(done >= neededOf(caller, voters.length, heard)),
    );
  }

  function resign(reply: Reply<boolean>, end: () => void): void {
    const present = office;
    if (!present) {
      reply(false);
      return end();
    }
    office = null;
    world.say?.(`${own.name} resigns the office of epoch ${present.epoch}`);
    const { epoch } = present;
    const request = { epoch, master: own.uuid };
    const giveBack = (): void =>
      askMany<Said>(
        caller,
        electorateOf(rosterIn(present.record)),
        (daemon, say) => daemon.resign(request, say),
        () => false,
        () => {
          reply(true);
          end();
        },
      );
    askWithin<ObservedOffice>(
      caller,
      own,
      limits.officeMs,
      (daemon, say) => daemon.leaveOffice(epoch, own.uuid, say),
      (seen) => {
        if (seen && !seen.addressHere) return giveBack();
        reply(false);
        end();
      },
    );
  }

  /** Standby: the lease that this host's own voter promised has lapsed, and nobody renews it. */
  function watchLease(lateMs: number): void {
    const { roster, record } = own.disk.read();
    const self = roster ? nodeByUuid(roster, own.uuid) : undefined;
    const watches = record?.ours.parameters.automaticFailover && self && isCandidate(self) && own.noded.running;
    const leaseMs = record?.ours.parameters.leaseMs ?? 0;
    if (!watches || lateMs > leaseMs / 3 || cluster.nodeDaemon(own).vote().leaseLeftMs > 0) {
      lapsedSinceMs = null;
      return;
    }
    if (lapsedSinceMs === null) {
      lapsedSinceMs = clock();
      patienceMs = world.random.between(0, leaseMs / 2);
    } else if (clock() - lapsedSinceMs > patienceMs && !busy) {
      lapsedSinceMs = null;
      inTurn((end) => failover('automatic-failover', true, () => undefined, end));
    }
  }

  function tick(): void {
    const everyMs = renewalIntervalMs(parameters()?.leaseMs ?? 3_000);
    const lateMs = clock() - tickedMs - everyMs;
    tickedMs = clock();
    if (office) {
      renew(office);
      const isStuck = office.challenged && !isLive();
      const fellThrough = office.handOverUntilMs !== null && clock() > office.handOverUntilMs;
      if ((isStuck || fellThrough) && !busy) inTurn(look);
    } else watchLease(lateMs);
    world.after(process, everyMs, tick);
  }

  function watch(): void {
    if (!busy) inTurn(look);
    world.after(process, limits.lookMs, watch);
  }

  world.after(process, world.random.between(1, 300), tick);
  world.after(process, world.random.between(5, 100), watch);

  return {
    inOffice: isLive,
    serves,
    record: () => office?.record,
    change: (make, reply) => inTurn((end) => change(make, reply, end)),
    handOver: (candidate, reply) => inTurn((end) => handOver(candidate, reply, end)),
    failover: (manner, isPromised, reply) => inTurn((end) => failover(manner, isPromised, reply, end)),
    standDown(epoch) {
      if (office && epoch >= office.epoch) stepDown(`it was told that epoch ${epoch} ends its office`);
    },
    resign: (reply) => inTurn((end) => resign(reply, end)),
  };
}

const laterMastership = (ballots: readonly Ballot[], epoch: number) =>
  answersOf(ballots)
    .flatMap(({ vote }) => vote.master ?? [])
    .find((master) => master.epoch > epoch);
