/**
 * This node's mastership: the one place that changes the tenure, and the loops that look after it.
 *
 *   lease     every sixth of its duration: renewed, and given up when it is over
 *   look      every two seconds: in standby whether this node is named master, in office whether all follow
 *   loss      in standby: whether the master is lost and this candidate is to take over by itself
 *
 * A failover runs beside the loops.
 */
import { nodeOf, type ClusterAccess } from '@quorate/bootstrap/cluster-access';
import {
  failover,
  reignOf,
  type FailoverOutcome,
  type FailoverRequest,
  type Reign,
} from '@quorate/bootstrap/failover';
import type { FailoverHooks } from '@quorate/bootstrap/hooks';
import { nominate, resign } from '@quorate/bootstrap/lease-round';
import { holdOffice, leaveOffice } from '@quorate/bootstrap/office';
import type { ReportStep } from '@quorate/bootstrap/steps';
import { readRoster } from '@quorate/cluster-state/roster-store';
import type { State } from '@quorate/cluster-state/state';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { isAutomatic } from '@quorate/domain/automatic-failover';
import { withOverruled } from '@quorate/domain/configuration-changes';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import { leaseBounds } from '@quorate/domain/lease';
import type { NodeUuid } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { Mastership as MastershipOf } from '@quorate/domain/voter-record';
import type { Version } from '@quorate/domain/version';
import { inTurn } from '@quorate/platform/in-turn';
import type { Log } from '@quorate/platform/log';
import { commitChange, pendingError, type Change } from './authority.ts';
import { createCandidateKeeper } from './candidate-keeper.ts';
import { entrustVia } from './entrust.ts';
import { deposedBy, giveUp, keepAddress, lookAfter, rosterIn } from './in-office.ts';
import { createLeaseKeeper, untilNextRenewalMs } from './lease-keeper.ts';
import { lookForLoss, sleepInTime, type LossDecision } from './loss-watch.ts';
import { journalled, noHooks, readableRecord } from './own-failover.ts';
import { createPushPauses } from './push-pauses.ts';
import { deposedDuring, handingOver, inProgress } from './refusals.ts';
import { correctMisled, lookForRivals } from './rivals.ts';
import { reconsider } from './standby.ts';
import { assertInOffice, inOfficeWith, type InOffice, type Tenure } from './tenure.ts';

export interface Mastership {
  tenure(): Tenure;
  /** What is left of the lease by this node's own reckoning, ms. */
  leaseLeftMs(): number;
  /** Resolves to the committed record; `unblocks` as in authority.ts. Throws NOT_MASTER, LEASE_LOST, or COMMIT_UNDECIDED, when deposed during it too. */
  change(change: Change, unblocks?: boolean): Promise<ClusterRecord>;
  /** Makes this node master; throws OPERATION_IN_PROGRESS if it is at it already. */
  failover(request: FailoverRequest, report: ReportStep): Promise<FailoverOutcome>;
  /** Stops taking changes and lets every voter grant the candidate; resolves to what it must start from. */
  handOver(candidate: NodeUuid): Promise<{ readonly epoch: number; readonly version: Version }>;
  /** Ends the office in favour of `epoch`; standby already is fine. */
  standDown(epoch: number): void;
  /**
   * The daemon is being stopped: gives office and lease back if another candidate would take over by itself, which then
   * need not wait. Else nobody is better served by it than by this daemon, should it be back in a moment. Never rejects.
   */
  resign(): Promise<void>;
  /** Looks after the tenure until the signal; never rejects. */
  watch(signal: AbortSignal): Promise<void>;
}

interface MastershipParts {
  readonly state: State;
  readonly access: ClusterAccess;
  readonly hooks: FailoverHooks;
  readonly log: Log;
}

export function createMastership({ state, access, hooks, log }: MastershipParts): Mastership {
  const oneAtATime = inTurn();
  let tenure: Tenure = { kind: 'standby', why: 'it has just started and has not asked anybody yet' };
  /** Granted by a majority and not yet in office. */
  let elected: Reign | null = null;
  let failingOver = false;
  /** A failover of the master to itself, into an epoch that all voters can follow. */
  let electingAnew = false;
  /** Epoch of the office in which the last look saw a voter that has promised a later one. */
  let overtakenIn = 0;
  const entrust = entrustVia(state, access);
  const candidates = createCandidateKeeper(access, entrust);
  const pauses = createPushPauses(access.clock);

  const logged =
    (message: string) =>
    (error: unknown): void =>
      log.warn({ error: String(error) }, message);

  function become(next: Tenure): void {
    if (next.kind === 'in-office' && tenure.kind === 'standby') log.info({ epoch: next.epoch }, 'in office');
    if (next.kind === 'standby' && next.why !== (tenure.kind === 'standby' && tenure.why)) {
      log.info({ why: next.why }, 'in standby');
    }
    if (next.kind === 'standby') lease.drop();
    tenure = next;
  }

  /** What came of something begun as `before`; dropped if the tenure changed meanwhile. */
  function becomeAfter(before: Tenure, next: Tenure): void {
    if (tenure === before) become(next);
  }

  /** What came of a change: only the end of that office outweighs it, and no look that ended meanwhile. */
  function becomeWithin({ epoch }: InOffice, next: InOffice): void {
    if (tenure.kind === 'in-office' && tenure.epoch === epoch) become(next);
  }

  const lease = createLeaseKeeper({
    access,
    onRenewed: (epoch, untilMs) => {
      if (tenure.kind !== 'in-office' || tenure.epoch !== epoch) return;
      const own = nodeOf(rosterIn(tenure), access.own);
      void holdOffice(access, own, epoch, untilMs).catch((error: unknown) => {
        logged('this host was not told of the renewed lease')(error);
        if (clusterErrorFrom(error).reason === 'LEASE_LOST') standDown(epoch);
      });
    },
    onDeposed: (epoch, refusal) => {
      // Who is elected anew ends its old epoch itself.
      if (electingAnew || epoch < (reign()?.epoch ?? 0)) return;
      elected = null;
      lease.drop();
      if (tenure.kind === 'in-office') void depose(tenure, refusal);
    },
  });

  /** In standby at once: whoever asks must not wait for the node daemon. */
  async function depose(office: InOffice, refusal: ClusterError): Promise<void> {
    const successor = successorIn(refusal);
    become(deposedBy(successor, rosterIn(office)));
    await giveUp(access, office, rosterIn(office), successor);
  }

  // --- the lease

  /** The later of the two: who is elected anew rules in its old epoch until the new one is granted. */
  function reign(): Reign | null {
    if (tenure.kind !== 'in-office' || (elected && elected.epoch > tenure.epoch)) return elected;
    return reignOf(tenure.record);
  }

  async function keepLease(): Promise<number> {
    const began = access.clock.monotonicMs();
    const present = reign();
    if (!present) return timings.idleWatchMs;
    const handing = tenure.kind === 'in-office' && tenure.handingOverTo !== null;
    // Not while voters are asked for the next one: this epoch ends with the first grant.
    const ending = electingAnew && !elected;
    if (!ending && (!handing || lease.leftMs() < present.durationMs / 3)) {
      // To renew is to take the nomination back: nobody took the office in time.
      const renewed = await lease.renew(present);
      if (renewed && handing && tenure.kind === 'in-office') become({ ...tenure, handingOverTo: null });
    }
    if (tenure.kind === 'in-office' && lease.leftMs() <= 0) await lapse(tenure);
    if (ending) return timings.idleWatchMs;
    // The kernel takes whole seconds only: of a short lease it can give the address none unless it was just renewed.
    if (elected) return timings.takingOfficeRenewalMs;
    return untilNextRenewalMs(present.durationMs, access.clock.monotonicMs() - began);
  }

  function standDown(epoch: number): void {
    if (tenure.kind !== 'in-office' || epoch < tenure.epoch) return;
    const told = `it was told that epoch ${epoch} ends its office`;
    // The node daemon may see the end of the lease first; the cause is the same.
    become({ kind: 'standby', why: lease.leftMs() > 0 ? told : leaseOver });
  }

  /** The node daemon gives the address up by itself; told, it need not wait for its own timer. */
  async function lapse(office: InOffice): Promise<void> {
    become({ kind: 'standby', why: leaseOver });
    const own = nodeOf(rosterIn(office), access.own);
    await leaveOffice(access, own, office.epoch).catch(
      logged('this host was not told that the lease is over'),
    );
  }

  function assertLease(): void {
    if (lease.leftMs() > 0) return;
    throw new ClusterError('LEASE_LOST', 'No majority confirms at the moment that this node is master', {
      hint: 'quorate status shows which nodes do not answer',
    });
  }

  // --- changes

  async function change(make: Change, unblocks: boolean): Promise<ClusterRecord> {
    const roster = await readRoster(state);
    const office = assertInOffice(tenure, roster, access.own);
    assertLease();
    if (office.handingOverTo !== null) throw handingOver();
    const { outcome, record, pending } = await commitChange(access, office, make, unblocks, entrust);
    if (outcome.kind === 'committed') {
      becomeWithin(office, inOfficeWith(record));
      return record;
    }
    if (outcome.kind === 'undecided') {
      becomeWithin(office, { ...office, pending });
      throw outcome.error;
    }
    become(await giveUp(access, office, rosterIn(office), successorIn(outcome.error)));
    throw deposedDuring(record, outcome.error);
  }

  async function handOver(candidate: NodeUuid): Promise<{ epoch: number; version: Version }> {
    const roster = await readRoster(state);
    const office = assertInOffice(tenure, roster, access.own);
    assertLease();
    if (office.pending) throw pendingError(office.pending);
    become({ ...office, handingOverTo: candidate });
    const terms = { epoch: office.epoch, deadlineMs: office.record.ours.parameters.leaseMs / 2 };
    const { agreed } = await nominate(access, rosterIn(office), terms, candidate);
    if (!agreed) throw new ClusterError('NO_MAJORITY', 'A majority could not be told of the successor');
    return { epoch: office.epoch, version: office.record.version };
  }

  async function handBack(): Promise<void> {
    const nowSeconds = access.clock.now().getTime() / 1000;
    if (tenure.kind !== 'in-office' || !isAutomatic(tenure.record.ours.parameters, nowSeconds)) return;
    const roster = rosterIn(tenure);
    const { epoch } = tenure;
    become({ kind: 'standby', why: 'it is being stopped' });
    const seen = await leaveOffice(access, nodeOf(roster, access.own), epoch);
    if (seen.masterIpHere) return;
    await resign(access, roster, { epoch, deadlineMs: timings.resignMs });
    log.info({ epoch }, 'office and lease given back');
  }

  // --- failover

  async function makeMaster(request: FailoverRequest, report: ReportStep): Promise<FailoverOutcome> {
    const part = {
      access,
      roster: await readRoster(state),
      ownRecord: await readableRecord(state, log),
      report: journalled(state, access.clock, report),
      hooks: request.anewAbove === undefined ? hooks : noHooks,
      keepLease: (granted: Reign, sentMs: number | null) => {
        elected = granted;
        if (sentMs !== null) lease.count(sentMs, granted.durationMs);
      },
      leaseUntilMs,
      startServing: (record: ClusterRecord) => become(inOfficeWith(record)),
    };
    try {
      return await failover(part, request);
    } finally {
      elected = null;
    }
  }

  async function leaseUntilMs(): Promise<number> {
    if (lease.leftMs() <= 0 && elected) await lease.renew(elected);
    assertLease();
    return lease.untilMs();
  }

  // --- looking

  async function look(): Promise<void> {
    const before = tenure;
    const next = await reconsider(state, access);
    becomeAfter(before, next);
    if (tenure === next && next.electAbove !== undefined) await electAnew(next.electAbove);
  }

  async function lookInOffice(before: InOffice): Promise<void> {
    const { tenure: next, highestPromised } = await lookAfter(access, before, pauses);
    becomeAfter(before, next);
    if (tenure === next && next.kind === 'in-office') await keepAddress(access, next, lease.untilMs());
    const isOvertaken = highestPromised > before.epoch;
    // Whoever that epoch was promised to is given one look's time to come.
    if (isOvertaken && overtakenIn === before.epoch) {
      await oneAtATime(() => catchUpWithVoters(before.epoch, highestPromised));
    }
    overtakenIn = isOvertaken ? before.epoch : 0;
    await keepCandidates();
  }

  async function keepCandidates(): Promise<void> {
    if (tenure.kind !== 'in-office' || tenure.handingOverTo !== null || lease.leftMs() <= 0) return;
    const found = await candidates.look(tenure);
    if (found && tenure.kind === 'in-office') await oneAtATime(() => change(found, false));
  }

  async function catchUpWithVoters(epoch: number, above: number): Promise<void> {
    if (tenure.kind !== 'in-office' || tenure.epoch !== epoch || tenure.handingOverTo !== null) return;
    log.warn({ epoch, above }, 'a voter has promised a later epoch: this master is elected anew');
    await electAnew(above);
  }

  async function electAnew(anewAbove: number): Promise<void> {
    electingAnew = true;
    try {
      await makeMaster({ noVoting: false, anewAbove }, quietly);
    } finally {
      electingAnew = false;
    }
  }

  /** A master made without voting, on the other side of a cut that is healed now. */
  async function settleRivals(): Promise<number> {
    if (tenure.kind !== 'in-office') return timings.surveyIntervalMs;
    const office = tenure;
    const found = await lookForRivals(access, office);
    if (found.kind === 'submit') await submit(office, found.to);
    if (found.kind === 'correct') await correctMisled(access, office, found.nodes, pauses);
    if (found.kind === 'enter') {
      await oneAtATime(() =>
        change((present, nowSeconds) => withOverruled(present, found.overruled, nowSeconds), false),
      );
    }
    return timings.surveyIntervalMs;
  }

  async function submit(office: InOffice, successor: MastershipOf): Promise<void> {
    if (tenure.kind !== 'in-office' || tenure.epoch !== office.epoch) return;
    become(await giveUp(access, office, rosterIn(office), successor));
  }

  // --- loss of the master

  /** Another look right before, unless the pause was too short to change anything. */
  async function takeOverIfLost(signal: AbortSignal): Promise<number> {
    if (tenure.kind === 'in-office' || failingOver) return timings.idleWatchMs;
    const found = await lookForLoss(state, access);
    if (found.kind !== 'go') return pauseAfter(found);
    log.warn({ delayMs: found.delayMs }, 'the master is lost: this candidate will take over');
    if (!(await sleepInTime(access, found.delayMs, leaseBounds.leastMs, signal))) return timings.idleWatchMs;
    const still = found.delayMs > timings.freshMs ? await lookForLoss(state, access) : found;
    if (still.kind !== 'go') return pauseAfter(still);
    // Not again at once: what stood in the way, a hook of the site for one, will hardly be gone.
    await orderedFailover(byItself, quietly).catch(logged('this candidate could not take over'));
    return timings.surveyIntervalMs;
  }

  async function orderedFailover(request: FailoverRequest, report: ReportStep): Promise<FailoverOutcome> {
    if (failingOver) throw inProgress();
    failingOver = true;
    try {
      return await oneAtATime(() => makeMaster(request, report));
    } finally {
      failingOver = false;
    }
  }

  const quietly: ReportStep = ({ name, state: step, error }) =>
    log.info({ step: name, state: step, ...(error && { why: error.message }) }, 'taking over');

  async function repeat(signal: AbortSignal, work: () => Promise<number>, failed: string): Promise<void> {
    let lastError = '';
    // Said once: what fails is tried again several times a second.
    const note = (error: unknown): number => {
      if (!signal.aborted && String(error) !== lastError) logged(failed)(error);
      lastError = String(error);
      return timings.idleWatchMs;
    };
    while (!signal.aborted) {
      const pauseMs = await work().then((ms) => ((lastError = ''), ms), note);
      await access.clock.sleep(pauseMs, signal).catch(() => undefined);
    }
  }

  return {
    tenure: () => tenure,
    leaseLeftMs: () => (tenure.kind === 'in-office' ? lease.leftMs() : 0),
    change: (make, unblocks = false) => oneAtATime(() => change(make, unblocks)),
    handOver: (candidate) => oneAtATime(() => handOver(candidate)),
    failover: orderedFailover,
    standDown,
    resign: () => oneAtATime(handBack).catch(logged('the lease could not be given back')),
    async watch(signal) {
      // One that waited while the daemon resigned must not take the office up again.
      const lookUnlessEnded = async (): Promise<void> => (signal.aborted ? undefined : look());
      const lookInTurn = async (): Promise<number> => {
        // In office the look only asks and pushes, which must not keep a change or a hand-over waiting.
        await (tenure.kind === 'in-office' ? lookInOffice(tenure) : oneAtATime(lookUnlessEnded));
        return timings.surveyIntervalMs;
      };
      await Promise.all([
        repeat(signal, keepLease, 'the lease could not be looked after'),
        repeat(signal, lookInTurn, 'a look at the cluster failed'),
        repeat(signal, settleRivals, 'nodes marked offline could not be asked'),
        repeat(signal, () => takeOverIfLost(signal), 'the loss of the master could not be looked into'),
      ]);
    },
  };
}

/** A lease that binds may be given back before it ends. */
const pauseAfter = (found: LossDecision): number =>
  found.kind === 'sleep' ? Math.min(found.ms, timings.lossLookMs) : timings.idleWatchMs;

const leaseOver = 'a majority did not renew its lease in time';

const byItself: FailoverRequest = { noVoting: false, automatic: true };

const successorIn = (refusal: ClusterError): { node: string; epoch: number } => ({
  node: refusal.facts.master ?? refusal.facts.grantedTo ?? 'another node',
  epoch: Number(refusal.facts.epoch ?? 0),
});
