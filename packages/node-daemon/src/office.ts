/**
 * The master's office on this host: the address, and the master daemon beside us.
 *
 * Answers always with what was seen afterwards. A host whose own record no longer names it master gives the
 * office up by itself, and so does one whose lease is over.
 *
 * Counterpart in Ganeti: node_activate_master_ip, node_deactivate_master_ip, node_stop_master, which report
 * success whatever happened (spec V11).
 */
import { readRoster } from '@quorate/cluster-state/roster-store';
import type { State } from '@quorate/cluster-state/state';
import { ClusterError } from '@quorate/domain/errors';
import { addressLifeSeconds } from '@quorate/domain/lease';
import { nodeByUuid, type MasterIpParameters, type NodeUuid } from '@quorate/domain/roster';
import type { VoterRecord } from '@quorate/domain/voter-record';
import { timings } from '@quorate/domain/timings';
import type { Clock } from '@quorate/platform/clock';
import type { MasterAddress } from '@quorate/platform/interface-address';
import type { Log } from '@quorate/platform/log';
import type { Watchdog } from '@quorate/platform/watchdog';
import type { ObservedOffice } from '@quorate/rpc/gen/quorate/node/v1/ObservedOffice';
import { inTurn } from '@quorate/platform/in-turn';
import type { MasterDaemonLink } from './master-daemon-link.ts';
import type { HeldOffice, MasterServices } from './master-services.ts';
import type { Voter } from './voter.ts';

export interface Office {
  observe(): Promise<ObservedOffice>;
  /**
   * Fails with NOT_MASTER or EPOCH_TOO_OLD unless this node's record says it is master in that epoch, with LEASE_LOST
   * if the time is over before the address is up, or this host has given the office of that epoch up before.
   */
  take(epoch: number, leaseUntilMs: number, addressIsFree?: boolean): Promise<ObservedOffice>;
  /** Keeps the office until then on the host's monotonic clock; what a hung or killed master daemon no longer does. */
  hold(epoch: number, leaseUntilMs: number): Promise<ObservedOffice>;
  /**
   * Gives the office up when its lease is over; runs until the signal. It alone pets the watchdog, which restarts
   * the host when the lease is no longer looked after.
   */
  watch(signal: AbortSignal, watchdog?: Pick<Watchdog, 'pet'>): Promise<void>;
  /** `asker` of a higher epoch, or this node itself, may end the office. */
  leave(epoch: number, asker: NodeUuid): Promise<ObservedOffice>;
  /**
   * Gives up whatever is held here although the record names somebody else; quiet if there is nothing. Never
   * rejects: nobody waits for it who could do better, so what fails is logged.
   */
  followRecord(): Promise<void>;
  /** Called once, when this daemon serves: takes account of what an earlier life of it may have left. */
  begin(): Promise<void>;
  /** Only while the lease lasts. */
  raiseAddress(): Promise<boolean>;
  lowerAddress(): Promise<boolean>;
}

interface OfficeParts {
  readonly state: State;
  readonly own: NodeUuid;
  readonly voter: Voter;
  readonly address: MasterAddress;
  readonly masterDaemon: MasterDaemonLink;
  /** What else of the site must run on exactly one host. */
  readonly services: MasterServices;
  readonly clock: Clock;
  readonly log: Log;
}

export function createOffice(parts: OfficeParts): Office {
  const { state, own, voter, address, masterDaemon, services, clock, log } = parts;
  /** Until when this host may hold the office, on the monotonic clock; null if it holds none. */
  let untilMs: number | null = null;
  /** Of the office held, or held last; 0 if this daemon knows of none. */
  let heldEpoch = 0;
  /** An office that was given up is over, whatever a slow word of its master daemon still says: an epoch has one tenure. */
  let endedEpoch = 0;
  /** The address was up in this office, and nobody asked to lower it: if it is gone, its life by the kernel ended. */
  let wasUp = false;
  /** The office was given up and the address could not be lowered: when that is tried again, after which pause. */
  let owed: { readonly atMs: number; readonly pauseMs: number } | null = null;
  const oneAtATime = inTurn();
  const masterIp = async (): Promise<MasterIpParameters> => (await readRoster(state)).masterIp;

  const logged =
    (message: string) =>
    (error: unknown): void =>
      log.warn({ error: String(error) }, message);

  async function observe(): Promise<ObservedOffice> {
    const params = await masterIp();
    const [here, daemon] = await Promise.all([address.isHere(params), masterDaemon.look()]);
    return { masterDaemon: daemon.state, masterIpHere: here, epoch: daemon.epoch };
  }

  const leftMs = (): number => (untilMs === null ? 0 : untilMs - clock.monotonicMs());
  const lifeSeconds = (): number => addressLifeSeconds(leftMs());

  async function take(epoch: number, leaseUntilMs: number, addressIsFree: boolean): Promise<ObservedOffice> {
    await extend(epoch, leaseUntilMs);
    const params = await masterIp();
    const probeMs = addressIsFree ? 0 : timings.addressProbeMs;
    if (leftMs() > 0) {
      await address.raise(params, { lifeSeconds, probeMs });
      wasUp = true;
    }
    if (leftMs() <= 0) {
      await lapse();
      throw new ClusterError('LEASE_LOST', 'The lease was over before the office could be taken');
    }
    log.info({ epoch }, 'office taken');
    // Not waited for: a service may take longer to start than anybody waits for the office.
    void services.start(await heldOffice(epoch));
    return observe();
  }

  async function heldOffice(epoch: number): Promise<HeldOffice> {
    const roster = await readRoster(state);
    return { cluster: roster.clusterName, node: nodeByUuid(roster, own)?.name ?? own, epoch };
  }

  /** The answer is from memory: this runs several times a second. */
  async function refresh(epoch: number): Promise<ObservedOffice> {
    const params = await masterIp();
    const wasHere = await address.isHere(params);
    if (wasHere) await address.keep(params, lifeSeconds());
    const here = wasHere || (await restore(params));
    wasUp ||= here;
    // A freeze may have come between the look at the clock and the kernel: what is over must not come back.
    if (leftMs() <= 0) {
      await lapse();
      return observe();
    }
    return { masterIpHere: here, masterDaemon: 'MASTER_DAEMON_STATE_IN_OFFICE', epoch };
  }

  /**
   * Renewals that took too long left no whole second for the kernel, and it took the address. Nobody else can have it
   * while the lease lives, so nobody is asked. Tried once: what else is wrong is for the master daemon's next look.
   */
  async function restore(params: MasterIpParameters): Promise<boolean> {
    if (!wasUp || lifeSeconds() < 1) return false;
    wasUp = false;
    log.warn({}, 'the address was gone although the lease lasts: raising it again');
    await address
      .raise(params, { lifeSeconds, probeMs: 0 })
      .catch(logged('the address could not be raised again'));
    return address.isHere(params);
  }

  /** Only ever later: an answer that was overtaken must not shorten what a newer round has won. */
  async function extend(epoch: number, leaseUntilMs: number): Promise<void> {
    assertMayTake(await voter.record(), own, epoch);
    if (epoch <= endedEpoch) {
      throw new ClusterError('LEASE_LOST', `This host has given the office of epoch ${epoch} up`);
    }
    heldEpoch = epoch;
    untilMs = Math.max(untilMs ?? 0, leaseUntilMs);
    owed = null;
  }

  /** Nothing if a newer round was heard of while this waited for its turn. */
  async function lapse(): Promise<void> {
    if (untilMs === null || leftMs() > 0) return;
    log.warn({}, 'the lease is over: leaving office');
    await giveUp((await voter.record()).epoch);
  }

  /** Address first: a master daemon that hangs must not keep it; nor does an address that stays keep the daemon in office. */
  async function giveUp(epoch: number): Promise<void> {
    untilMs = null;
    wasUp = false;
    endedEpoch = heldEpoch;
    try {
      await lowerOrOwe(timings.probeFirstMs);
    } finally {
      await masterDaemon
        .standDown(epoch)
        .catch(logged('the master daemon of this host did not confirm that it stands down'));
      await services.stop(await heldOffice(epoch));
    }
  }

  /** What fails is tried again by the watch after `pauseMs`. */
  async function lowerOrOwe(pauseMs: number): Promise<void> {
    owed = { atMs: clock.monotonicMs() + pauseMs, pauseMs };
    await address.lower(await masterIp());
    owed = null;
  }

  /** Each failure doubles the pause. Nothing if the office was taken again meanwhile. */
  async function lowerAgain(): Promise<void> {
    if (owed === null) return;
    await lowerOrOwe(Math.min(2 * owed.pauseMs, timings.probeMaxMs));
    log.info({}, 'the address is down now');
  }

  async function leave(epoch: number, asker: NodeUuid): Promise<ObservedOffice> {
    assertMayEnd(await voter.record(), own, epoch, asker);
    await giveUp(epoch);
    log.info({ epoch, asker }, 'office left');
    return observe();
  }

  async function followRecord(): Promise<void> {
    const record = await voter.record();
    if (record.master?.node === own) return;
    const seen = await observe();
    if (!seen.masterIpHere && seen.masterDaemon !== 'MASTER_DAEMON_STATE_IN_OFFICE') return;
    log.warn({ master: record.master }, 'another node is master: leaving office');
    await giveUp(record.epoch);
  }

  /**
   * What an earlier life of this daemon held is not known any more. If this node is the recorded master, the office
   * counts as held for as long as a lease can have been given; if nobody renews it, it is given up then. If it is
   * not, the site's services have nothing to do here.
   */
  async function begin(): Promise<void> {
    const record = await voter.record();
    if (record.master?.node !== own) await services.stop(await heldOffice(record.epoch));
    else if (record.longestLeaseMs > 0) {
      heldEpoch = record.master.epoch;
      untilMs = clock.monotonicMs() + record.longestLeaseMs;
    }
    await followRecord();
  }

  async function move(direction: 'raise' | 'lower'): Promise<boolean> {
    const params = await masterIp();
    wasUp = false;
    if (direction === 'raise') await address.raise(params, { lifeSeconds });
    else await address.lower(params);
    return address.isHere(params);
  }

  return {
    observe,
    take: (epoch, leaseUntilMs, addressIsFree = false) =>
      oneAtATime(() => take(epoch, leaseUntilMs, addressIsFree)),
    async hold(epoch, leaseUntilMs) {
      // Before its turn: what goes on meanwhile is to know of it.
      await extend(epoch, leaseUntilMs);
      return oneAtATime(() => refresh(epoch));
    },
    async watch(signal, watchdog) {
      while (!signal.aborted) {
        watchdog?.pet();
        const pause =
          untilMs === null ? timings.idleWatchMs : Math.min(Math.max(leftMs(), 1), timings.idleWatchMs);
        await clock.sleep(pause, signal).catch(() => undefined);
        if (untilMs !== null && leftMs() <= 0) {
          await oneAtATime(lapse).catch(logged('the office could not be given up at the end of its lease'));
        }
        if (owed !== null && owed.atMs <= clock.monotonicMs()) {
          await oneAtATime(lowerAgain).catch(
            logged('the address could not be taken down, which is tried again'),
          );
        }
      }
    },
    leave: (epoch, asker) => oneAtATime(() => leave(epoch, asker)),
    begin: () => oneAtATime(begin).catch(logged('what this host holds could not be seen to')),
    followRecord: () =>
      oneAtATime(followRecord).catch(logged('whether this host has to leave office could not be seen to')),
    raiseAddress: () => oneAtATime(() => move('raise')),
    lowerAddress: () => oneAtATime(() => move('lower')),
  };
}

function assertMayTake(record: VoterRecord, own: NodeUuid, epoch: number): void {
  if (epoch < record.epoch) throw tooOld(record);
  if (record.master?.node !== own || record.master.epoch !== epoch) {
    throw new ClusterError('NOT_MASTER', `This node is not recorded as master in epoch ${epoch}`, {
      hint: 'A node takes office only after its configuration was committed in that epoch',
    });
  }
}

function assertMayEnd(record: VoterRecord, own: NodeUuid, epoch: number, asker: NodeUuid): void {
  if (asker === own || epoch > record.epoch) return;
  if (epoch === record.epoch && record.grantedTo === asker) return;
  throw tooOld(record);
}

const tooOld = (record: VoterRecord): ClusterError =>
  new ClusterError('EPOCH_TOO_OLD', `This node has seen epoch ${record.epoch}`, {
    facts: { epoch: String(record.epoch) },
  });
