/**
 * Keeps the master IP as it must be while the office is held here, and remembers what the office knows of it.
 *
 *             raise                    gone, or not as it must be                  deactivated
 *   down ───────────────▶ up ───────────────────────────────────▶ put right    up ────────────▶ lowered
 *                         keep: every renewal of the lease        at once            until activated, or the next office
 *
 * One look per renewal, which is every sixth of the lease, and never without a live lease: the caller sees to that.
 * The kernel counts how often a link was lost, so that a loss between two looks is seen too: then the address is
 * announced again. What cannot be put right is tried again after a pause that doubles, up to a second.
 *
 * Counterpart in Ganeti: none; the address is activated once, in the background (spec M7).
 */
import { clusterErrorFrom } from '@quorate/domain/errors';
import type { MasterIpParameters } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { Clock } from '@quorate/platform/clock';
import type { AddressView, MasterAddress } from '@quorate/platform/interface-address';
import type { Log } from '@quorate/platform/log';

export interface AddressKeeper {
  /** Those of the roster, or those that it is being changed to. */
  params(): Promise<MasterIpParameters>;
  look(): Promise<AddressView>;
  /** For an office that begins, or by command; nothing if it was lowered by command in this office. */
  raise(epoch: number, probeMs?: number): Promise<void>;
  /** One look, and whatever follows from it; whether the address is up. */
  keep(): Promise<boolean>;
  /** The lease is over: a script that still starts the address is killed. */
  cutShort(): void;
  /** The office is over: what was known of the address is not known any more. */
  forget(): void;
  /** It stays down until `activate`, or the next office. */
  deactivate(): Promise<void>;
  activate(): Promise<void>;
  isLowered(): boolean;
  /** Why it is not as it must be, a sentence; empty if it is. */
  problem(): string;
  /**
   * Holds it otherwise from now on, because the configuration is about to be changed to that: if it fails, as before.
   * What the roster says counts again once it changes, or when no change comes.
   */
  change(next: MasterIpParameters): Promise<void>;
}

interface KeeperParts {
  readonly address: MasterAddress;
  readonly roster: () => Promise<MasterIpParameters>;
  /** Whole seconds that the kernel may be given; none if no lease is live. */
  readonly lifeSeconds: () => number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Instead of what the roster said when it began. */
interface Change {
  readonly from: string;
  readonly to: MasterIpParameters;
  readonly untilMs: number;
}

export function createAddressKeeper({
  address,
  roster,
  lifeSeconds,
  clock,
  log,
}: KeeperParts): AddressKeeper {
  /** It was up at the last look, in this office: if it is gone, nobody else can have it yet. */
  let wasUp = false;
  /** Of the office in which somebody had it lowered; 0 if nobody has. */
  let loweredIn = 0;
  let officeOf = 0;
  let link: AddressView | null = null;
  let change: Change | null = null;
  let problem = '';
  let retry = { atMs: 0, pauseMs: 0 };
  let ending = new AbortController();

  async function params(): Promise<MasterIpParameters> {
    const own = await roster();
    if (change && (change.from !== textOf(own) || change.untilMs <= clock.monotonicMs())) change = null;
    return change ? change.to : own;
  }

  async function raiseNow(wanted: MasterIpParameters, probeMs?: number): Promise<void> {
    if (ending.signal.aborted) ending = new AbortController();
    const { signal } = ending;
    await address.raise(wanted, { lifeSeconds, signal, ...(probeMs !== undefined && { probeMs }) });
  }

  /** Said once, however often it is tried. */
  function failed(caught: unknown): void {
    const { message } = clusterErrorFrom(caught);
    if (message !== problem) log.warn({ error: message }, 'the address could not be raised again');
    problem = message;
    const pauseMs = Math.min(Math.max(2 * retry.pauseMs, timings.probeFirstMs), timings.probeMaxMs);
    retry = { atMs: clock.monotonicMs() + pauseMs, pauseMs };
  }

  async function putRight(wanted: MasterIpParameters, seen: AddressView): Promise<boolean> {
    if (!seen.here && !wasUp) return false;
    if (lifeSeconds() < 1 || clock.monotonicMs() < retry.atMs) return seen.here;
    // The kernel would look for duplicates of an IPv6 address for as long as the link is down.
    if (wanted.family === 6 && !seen.linkUp) return noLink(wanted, seen);
    noteWrong(seen);
    try {
      // Right after it was up nobody else can have it; later a stranger might. IPv6 has no quick question.
      await raiseNow(wanted, problem === '' || wanted.family === 6 ? 0 : timings.addressProbeMs);
      recovered();
    } catch (caught) {
      failed(caught);
    }
    const { here } = await address.look(wanted);
    return here;
  }

  /** Whoever puts it right, this daemon by itself or the master daemon that finds it gone. */
  function noteWrong(seen: AddressView): void {
    if (!seen.right && problem === '') log.warn({ here: seen.here }, goneWrong(seen));
  }

  function noLink({ device }: MasterIpParameters, { here }: AddressView): boolean {
    const sentence = `${device} has no link`;
    if (problem !== sentence) log.warn({ device }, 'the address is gone, and its device has no link');
    problem = sentence;
    return here;
  }

  function recovered(): void {
    if (problem !== '') log.info({}, 'the address is as it must be again');
    problem = '';
    retry = { atMs: 0, pauseMs: 0 };
  }

  /** Other hosts, and switches, may have forgotten meanwhile where it is. */
  function announceIfLinkCameBack(wanted: MasterIpParameters, seen: AddressView): void {
    const before = link;
    link = seen;
    if (!before || !seen.linkUp) return;
    if (before.linkUp && before.linkChanges === seen.linkChanges) return;
    log.info({ device: wanted.device }, 'the link came back: announcing the address again');
    address.announce(wanted);
  }

  async function keep(): Promise<boolean> {
    if (loweredIn > 0) return false;
    const wanted = await params();
    const seen = await address.look(wanted);
    announceIfLinkCameBack(wanted, seen);
    const up = seen.right ? await prolong(wanted) : await putRight(wanted, seen);
    wasUp ||= up;
    return up;
  }

  async function prolong(wanted: MasterIpParameters): Promise<boolean> {
    await address.keep(wanted, lifeSeconds());
    recovered();
    return true;
  }

  async function changeTo(next: MasterIpParameters): Promise<void> {
    const before = await params();
    const own = await roster();
    if (loweredIn === 0 && wasUp) {
      // Nobody is asked on a network where we have it. Longer than this would keep a renewal waiting.
      const probeMs = next.device === before.device ? 0 : timings.addressProbeMs;
      await raiseNow(next, probeMs).catch(async (caught: unknown) => {
        await raiseNow(before, 0).catch(failed);
        throw caught;
      });
    }
    const untilMs = clock.monotonicMs() + timings.addressChangeMs;
    change = textOf(next) === textOf(own) ? null : { from: textOf(own), to: next, untilMs };
    link = null;
  }

  return {
    params,
    look: async () => address.look(await params()),
    async raise(epoch, probeMs) {
      if (epoch !== officeOf) loweredIn = 0;
      officeOf = epoch;
      if (loweredIn > 0) return;
      const wanted = await params();
      if (wasUp) noteWrong(await address.look(wanted));
      await raiseNow(wanted, probeMs).catch((caught: unknown) => {
        problem = clusterErrorFrom(caught).message;
        throw caught;
      });
      recovered();
      wasUp = true;
    },
    keep,
    cutShort: () => ending.abort(),
    forget() {
      [wasUp, link, change, problem, loweredIn] = [false, null, null, '', 0];
      retry = { atMs: 0, pauseMs: 0 };
    },
    async deactivate() {
      // Before it is down, so that nothing puts it back meanwhile.
      const before = loweredIn;
      loweredIn = Math.max(officeOf, 1);
      try {
        await address.lower(await params());
        wasUp = false;
      } catch (caught) {
        loweredIn = before;
        throw caught;
      }
    },
    async activate() {
      await raiseNow(await params());
      [loweredIn, wasUp] = [0, true];
      recovered();
    },
    isLowered: () => loweredIn > 0,
    problem: () => problem,
    change: changeTo,
  };
}

const goneWrong = ({ here }: AddressView): string =>
  here
    ? 'the address is not on its device with its mask: putting it right'
    : 'the address was gone although the lease lasts: raising it again';

const textOf = ({ address, netmask, device, family, externalScript = false }: MasterIpParameters): string =>
  JSON.stringify([address, netmask, device, family, externalScript]);
