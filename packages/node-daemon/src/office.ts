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
import type { AddressView, MasterAddress } from '@quorate/platform/interface-address';
import type { Log } from '@quorate/platform/log';
import type { Watchdog } from '@quorate/platform/watchdog';
import type { ObservedOffice } from '@quorate/rpc/gen/quorate/node/v1/ObservedOffice';
import { inTurn } from '@quorate/platform/in-turn';
import { createAddressKeeper } from './address-keeper.ts';
import type { MasterDaemonLink, MasterDaemonView } from './master-daemon-link.ts';
import type { MasterIpHooks } from './master-ip-hooks.ts';
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
  /** Only while the office is held here; ends what `lowerAddress` began. Fails with NOT_MASTER, or as raising does. */
  raiseAddress(): Promise<boolean>;
  /** If the office is held here, it stays down until `raiseAddress`, or the next office. Fails with COMMAND_FAILED. */
  lowerAddress(): Promise<boolean>;
  /** What is known of the address; looks and changes nothing. */
  addressReport(): Promise<AddressReport>;
  /**
   * Holds the address otherwise from now on, because the configuration is about to be changed to that; back, if it
   * fails or no change comes. Fails with NOT_MASTER, or as raising does.
   */
  changeAddress(change: AddressChangeRequest): Promise<boolean>;
}

export interface AddressReport extends AddressView {
  /** Whether this host holds the office, and so is to have it. */
  readonly held: boolean;
  /** By command, in this office. */
  readonly lowered: boolean;
  /** Why it is not as it must be, a sentence; empty if it is. */
  readonly problem: string;
}

export type AddressChangeRequest = Pick<MasterIpParameters, 'netmask' | 'device' | 'externalScript'>;

interface OfficeParts {
  readonly state: State;
  readonly own: NodeUuid;
  readonly voter: Voter;
  readonly address: MasterAddress;
  readonly hooks: MasterIpHooks;
  readonly masterDaemon: MasterDaemonLink;
  /** What else of the site must run on exactly one host. */
  readonly services: MasterServices;
  readonly clock: Clock;
  readonly log: Log;
}

export function createOffice(parts: OfficeParts): Office {
  const { state, own, voter, address, hooks, masterDaemon, services, clock, log } = parts;
  /** Until when this host may hold the office, on the monotonic clock; null if it holds none. */
  let untilMs: number | null = null;
  /** Of the office held, or held last; 0 if this daemon knows of none. */
  let heldEpoch = 0;
  /** An office that was given up is over, whatever a slow word of its master daemon still says: an epoch has one tenure. */
  let endedEpoch = 0;
  /** The office was given up and the address could not be lowered: when that is tried again, after which pause. */
  let owed: { readonly atMs: number; readonly pauseMs: number } | null = null;
  const oneAtATime = inTurn();
  const masterIp = async (): Promise<MasterIpParameters> => (await readRoster(state)).masterIp;
  const leftMs = (): number => (untilMs === null ? 0 : untilMs - clock.monotonicMs());
  const lifeSeconds = (): number => addressLifeSeconds(leftMs());
  const keeper = createAddressKeeper({ address, roster: masterIp, lifeSeconds, clock, log });

  const logged =
    (message: string) =>
    (error: unknown): void =>
      log.warn({ error: String(error) }, message);

  async function observe(): Promise<ObservedOffice> {
    const [{ here }, daemon] = await Promise.all([keeper.look(), masterDaemon.look()]);
    return observed(here, daemon.state, daemon.epoch);
  }

  const observed = (
    masterIpHere: boolean,
    daemon: MasterDaemonView['state'],
    epoch: number,
  ): ObservedOffice => ({
    ...{ masterDaemon: daemon, masterIpHere, epoch },
    masterIpLowered: keeper.isLowered(),
  });

  async function take(epoch: number, leaseUntilMs: number, addressIsFree: boolean): Promise<ObservedOffice> {
    await extend(epoch, leaseUntilMs);
    const params = await keeper.params();
    if (leftMs() > 0) {
      await hooks.before('turnup', params);
      await keeper.raise(epoch, addressIsFree ? 0 : timings.addressProbeMs);
    }
    if (leftMs() <= 0) {
      await lapse();
      throw new ClusterError('LEASE_LOST', 'The lease was over before the office could be taken');
    }
    log.info({ epoch }, 'office taken');
    // Not waited for: they may take longer to start than anybody waits for the office.
    void hooks.after('turnup', params);
    void services.start(await heldOffice(epoch));
    return observe();
  }

  async function heldOffice(epoch: number): Promise<HeldOffice> {
    const roster = await readRoster(state);
    return { cluster: roster.clusterName, node: nodeByUuid(roster, own)?.name ?? own, epoch };
  }

  /** The answer is from memory: this runs several times a second. */
  async function refresh(epoch: number): Promise<ObservedOffice> {
    const here = await keeper.keep();
    // A freeze may have come between the look at the clock and the kernel: what is over must not come back.
    if (leftMs() <= 0) {
      await lapse();
      return observe();
    }
    return observed(here, 'MASTER_DAEMON_STATE_IN_OFFICE', epoch);
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
    keeper.forget();
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
    const params = await masterIp();
    await address.lower(params);
    owed = null;
    // What comes before is left out: nobody may keep the address now.
    void hooks.after('turndown', params);
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

  async function raiseAddress(): Promise<boolean> {
    await assertHeld();
    const params = await keeper.params();
    await hooks.before('turnup', params);
    await keeper.activate();
    void hooks.after('turnup', params);
    return (await keeper.look()).here;
  }

  async function lowerAddress(): Promise<boolean> {
    const params = await keeper.params();
    await hooks.before('turndown', params);
    await (leftMs() > 0 ? keeper.deactivate() : address.lower(params));
    void hooks.after('turndown', params);
    return (await keeper.look()).here;
  }

  async function changeAddress(change: AddressChangeRequest): Promise<boolean> {
    await assertHeld();
    const { address: ip, family } = await masterIp();
    const { netmask, device, externalScript = false } = change;
    await keeper.change({ address: ip, family, netmask, device, ...(externalScript && { externalScript }) });
    return (await keeper.look()).here;
  }

  async function assertHeld(): Promise<void> {
    if (leftMs() > 0) return;
    const roster = await readRoster(state);
    const { master } = await voter.record();
    const name = nodeByUuid(roster, master?.node ?? null)?.name;
    throw new ClusterError('NOT_MASTER', 'This node does not hold the office of master, nor its address', {
      hint: name === undefined ? 'No master is known; see quorate status' : `Run the command on ${name}`,
      ...(name !== undefined && { facts: { master: name } }),
    });
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
          keeper.cutShort();
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
    raiseAddress: () => oneAtATime(raiseAddress),
    lowerAddress: () => oneAtATime(lowerAddress),
    changeAddress: (change) => oneAtATime(() => changeAddress(change)),
    async addressReport() {
      const seen = await keeper.look();
      return { ...seen, held: leftMs() > 0, lowered: keeper.isLowered(), problem: keeper.problem() };
    },
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
