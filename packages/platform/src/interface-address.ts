/**
 * The master IP on a real network interface: looked for and held with `ip`.
 *
 *               nobody has it        another host has it     we have it, wrong device or mask    we have it
 *   raise       add, announce        ADDRESS_IN_USE          add the right one, remove the wrong  announce
 *   lower       nothing              nothing                 remove                              remove
 *
 * A duplicate is found by ARP (BEH-307), for IPv6 by the kernel's own detection while it adds the address (BEH-312).
 * IPv6 knows an address once per device and answers for it from all of them, so there the wrong one goes first.
 * Not here: loopback, leases, external scripts; announcing (announcer.ts), asking by ARP (duplicate-address.ts).
 *
 * Counterpart in Ganeti: tools/master-ip-setup.
 */
import { createAnnouncer } from './announcer.ts';
import { systemClock, type Clock } from './clock.ts';
import { arpHolders } from './duplicate-address.ts';
import {
  deviceNamed,
  hasNeighbours,
  holdingsOf,
  isAsWanted,
  lookAtDevices,
  viewOf,
  type AddressView,
  type Device,
  type Holding,
  type MasterIpParameters,
} from './interface-view.ts';
import { MachineError } from './machine-error.ts';
import { commandFailed, type CommandResult, type RunCommand } from './processes.ts';
import { awaitUntil } from './wait.ts';

export type { AddressView, MasterIpParameters } from './interface-view.ts';

export interface Raising {
  /**
   * Asked at the moment of adding: for how many seconds the kernel may keep the address. None is asked again for a
   * little while, and fails with TIMED_OUT then.
   * Without it, for ever.
   */
  readonly lifeSeconds?: () => number;
  /** How long another holder has to answer, ms; 0 asks nobody; without it, as long as it takes on a slow network. */
  readonly probeMs?: number;
  /** The time in which it may be held is over: what still works at it is ended, where that needs ending. */
  readonly signal?: AbortSignal;
}

export interface MasterAddress {
  /**
   * Has the address on its device, with its mask, and announced. May be repeated. Fails with ADDRESS_IN_USE (another
   * host answers for it), HOST_UNFIT (no such device, or a program is missing), COMMAND_FAILED, TIMED_OUT.
   */
  raise(params: MasterIpParameters, raising?: Raising): Promise<void>;
  /**
   * Gives the address so many more seconds of life by the kernel, which takes it away then even if every program of
   * this host is frozen. 0 changes nothing. Fails with COMMAND_FAILED.
   */
  keep(params: MasterIpParameters, seconds: number): Promise<void>;
  /** Has it nowhere on this host, whatever its mask and device (BEH-309, BEH-310, BEH-311). Fails with COMMAND_FAILED. */
  lower(params: MasterIpParameters): Promise<void>;
  /** Looks and changes nothing. */
  look(params: MasterIpParameters): Promise<AddressView>;
  /** Tells the network again whose it is, in the background. */
  announce(params: MasterIpParameters): void;
}

interface InterfaceAddressParts {
  readonly run: RunCommand;
  readonly clock?: Clock;
  /** Hears of announcements that failed: the address is up all the same, other hosts only learn of it later. */
  readonly onAnnouncementFailed?: (error: unknown) => void;
  /** One run of a program (spec M11). */
  readonly commandMs?: number;
}

/** Longest wait for the kernel's duplicate detection; with its defaults it takes one to two seconds. */
const detectionMs = 10_000;
/** Longest label the kernel takes, one byte of the sixteen being its end. */
const longestLabel = 15;
/** A lease so short that a whole second of it is rare is renewed well within this. */
const renewalMs = 600;

const inUse = ({ address, device }: MasterIpParameters, holders: readonly string[] = []): MachineError =>
  new MachineError(
    'ADDRESS_IN_USE',
    `${address} is in use: another host on the network of ${device} answers for it${
      holders.length > 0 ? `, with hardware address ${holders.join(', ')}` : ''
    }`,
    {
      hint: `Find out which with 'arping -I ${device} ${address}' (IPv6: 'ip neighbour') and take it down there`,
      facts: { address, device },
    },
  );

/** Preferred for zero seconds, so that this host does not choose it as the source of its own connections (spec M10). */
const lifeOf = (seconds: number | undefined): readonly string[] =>
  seconds === undefined ? ['preferred_lft', '0'] : ['valid_lft', String(seconds), 'preferred_lft', '0'];

interface Adding {
  readonly seconds?: number | undefined;
  /** Usable at once: this host had it until now, or the holder so far was seen to have taken it down. */
  readonly undetected?: boolean;
}

function addressArguments(
  verb: 'add' | 'change',
  { address, netmask, device, family }: MasterIpParameters,
  { seconds, undetected = false }: Adding,
): readonly string[] {
  const label = `${device}:0`;
  // A label shows in the output of old tools which address is the master's. It is for IPv4 and short names only.
  const labelled = family === 4 && label.length <= longestLabel ? ['label', label] : [];
  const place = [`${address}/${netmask}`, 'dev', device, ...labelled];
  return ['address', verb, ...place, ...(undetected ? ['nodad'] : []), ...lifeOf(seconds)];
}

const tooLate = ({ address }: MasterIpParameters): MachineError =>
  new MachineError(
    'TIMED_OUT',
    `The time in which ${address} may be held was over before it could be raised`,
  );

/**
 * Whole seconds for which the address may be held. The kernel counts in them: of a short lease there is one left only
 * right after a renewal. Fails with TIMED_OUT if none comes.
 */
export async function lifeToGive(
  params: MasterIpParameters,
  lifeSeconds: () => number,
  clock: Clock,
): Promise<number> {
  let found = 0;
  const isThere = () => Promise.resolve((found = lifeSeconds()) >= 1);
  const what = `a second for which ${params.address} may be held`;
  await awaitUntil(isThere, { what, limitMs: renewalMs, firstMs: 5, maxMs: 5, clock }).catch(() => {
    throw tooLate(params);
  });
  return found;
}

export function createInterfaceAddress(parts: InterfaceAddressParts): MasterAddress {
  const { run, clock = systemClock, onAnnouncementFailed = () => undefined, commandMs = 30_000 } = parts;
  const announcer = createAnnouncer({ run, clock, onFailed: onAnnouncementFailed, commandMs });
  let advertises: boolean | undefined;

  const tryRun = (program: string, args: readonly string[]): Promise<CommandResult> =>
    run(program, args, { timeoutMs: commandMs });

  async function mustRun(program: string, args: readonly string[]): Promise<CommandResult> {
    const result = await tryRun(program, args);
    if (result.code !== 0) throw commandFailed(program, args, result);
    return result;
  }

  const inspect = (): Promise<readonly Device[]> => lookAtDevices(run, commandMs);
  const holdings = async (params: MasterIpParameters) => holdingsOf(await inspect(), params);

  const drop = ({ local, prefixlen, device }: Holding): Promise<CommandResult> =>
    tryRun('ip', ['address', 'del', `${local}/${prefixlen}`, 'dev', device]);

  /** Judges by what is seen afterwards: that an address went by itself meanwhile is no failure. */
  async function dropAll(params: MasterIpParameters, unwanted: (holding: Holding) => boolean): Promise<void> {
    for (const holding of (await holdings(params)).filter(unwanted)) {
      const result = await drop(holding);
      if (result.code === 0) continue;
      const stillThere = (await holdings(params)).some(
        (each) => each.device === holding.device && unwanted(each),
      );
      if (stillThere) throw commandFailed('ip', ['address', 'del', params.address], result);
    }
  }

  /** Where this host has it on another device of the same network, it is this host that answers. */
  async function refuseDuplicate(
    params: MasterIpParameters,
    devices: readonly Device[],
    probeMs: number | undefined,
  ): Promise<void> {
    const { address, device } = params;
    const answering = await arpHolders(run, { address, device, limitMs: probeMs ?? commandMs });
    const ours = devices.map((each) => each.address);
    const others = answering.filter((hardware) => !ours.includes(hardware));
    if (others.length > 0) throw inUse(params, others);
  }

  /** Best effort, and before the address is added: afterwards would be too late for the kernel's one advertisement. */
  async function askKernelToAdvertise({ device }: MasterIpParameters): Promise<void> {
    await mustRun('sysctl', ['-q', '-w', `net/ipv6/conf/${device}/ndisc_notify=1`]).catch(
      onAnnouncementFailed,
    );
  }

  /** Without the program for it, only an address that the kernel has detected is ever advertised. */
  async function canAdvertise(): Promise<boolean> {
    advertises ??= await tryRun('ndptool', ['--help']).then(
      () => true,
      () => false,
    );
    return advertises;
  }

  /** Waits until the kernel has found no other holder of an IPv6 address. Its life goes on with the lease meanwhile. */
  async function awaitDetection(params: MasterIpParameters, lifeSeconds?: () => number): Promise<void> {
    const what = `the kernel's duplicate detection of ${params.address} on ${params.device}`;
    let found: readonly Holding[] = [];
    const decided = async () => {
      found = await holdings(params);
      if (found.some(({ dadfailed }) => dadfailed) || !found.some(({ tentative }) => tentative)) return true;
      if (lifeSeconds) await keep(params, lifeSeconds());
      return false;
    };
    await awaitUntil(decided, { what, limitMs: detectionMs, firstMs: 50, maxMs: 250, clock });
    if (!found.some(({ dadfailed }) => dadfailed)) return;
    await dropAll(params, () => true);
    throw inUse(params);
  }

  async function add(
    params: MasterIpParameters,
    devices: readonly Device[],
    { lifeSeconds, probeMs }: Raising,
  ): Promise<void> {
    const asks = hasNeighbours(deviceNamed(devices, params)) && probeMs !== 0;
    if (params.family === 4 && asks) await refuseDuplicate(params, devices, probeMs);
    if (params.family === 6) await askKernelToAdvertise(params);
    const undetected = params.family === 6 && !asks && (await canAdvertise());
    const seconds = lifeSeconds && (await lifeToGive(params, lifeSeconds, clock));
    await mustRun('ip', addressArguments('add', params, { seconds, undetected }));
  }

  async function keep(params: MasterIpParameters, seconds: number): Promise<void> {
    if (seconds >= 1) await mustRun('ip', addressArguments('change', params, { seconds }));
  }

  return {
    keep,
    async raise(params, raising = {}) {
      const devices = await inspect();
      const device = deviceNamed(devices, params);
      const held = holdingsOf(devices, params);
      const wrong = (holding: Holding) => !isAsWanted(holding, params);
      if (params.family === 6 && held.some(wrong)) await dropAll(params, wrong);
      if (held.every(wrong)) await add(params, devices, raising);
      if (params.family === 4 && held.some(wrong)) await dropAll(params, wrong);
      if (params.family === 6) await awaitDetection(params, raising.lifeSeconds);
      if (hasNeighbours(device)) announcer.announce(params);
    },
    async lower(params) {
      announcer.stop(params);
      await dropAll(params, () => true);
    },
    look: async (params) => viewOf(await inspect(), params),
    announce: announcer.announce,
  };
}
