/**
 * The master IP on a real network interface: looked for with `ip`, asked about and announced with `arping`.
 *
 *               nobody has it        another host has it     we have it, wrong device or mask    we have it
 *   raise       add, announce        ADDRESS_IN_USE          remove, then as if nobody had it    announce
 *   lower       nothing              nothing                 remove                              remove
 *
 * IPv4: a duplicate is found by ARP, which no packet filter for ping hides (BEH-307). IPv6: the kernel's own detection
 * decides, and the kernel sends the unsolicited advertisement once it is done (BEH-312). No tool is used for that, so
 * an IPv6 address that is here already is not advertised again. Not here: loopback, leases, external scripts.
 *
 * Counterpart in Ganeti: tools/master-ip-setup.
 */
import { SocketAddress } from 'node:net';
import { systemClock, type Clock } from './clock.ts';
import { MachineError } from './machine-error.ts';
import { commandFailed, type CommandResult, type RunCommand } from './processes.ts';
import { awaitUntil } from './wait.ts';

/** The same shape as the domain's. */
export interface MasterIpParameters {
  readonly address: string;
  /** Prefix length. */
  readonly netmask: number;
  readonly device: string;
  readonly family: 4 | 6;
}

export interface Raising {
  /**
   * Asked at the moment of adding: for how many seconds the kernel may keep the address. None is asked again for a
   * little while, and fails with TIMED_OUT then.
   * Without it, for ever.
   */
  readonly lifeSeconds?: () => number;
  /** How long another holder has to answer, ms; 0 asks nobody; without it, as long as it takes on a slow network. */
  readonly probeMs?: number;
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
  /** Whether this host answers for it, on whatever device. */
  isHere(params: MasterIpParameters): Promise<boolean>;
}

interface InterfaceAddressParts {
  readonly run: RunCommand;
  readonly clock?: Clock;
  /** Hears of announcements that failed: the address is up all the same, other hosts only learn of it later. */
  readonly onAnnouncementFailed?: (error: unknown) => void;
  /** One run of a program (spec M11). */
  readonly commandMs?: number;
}

/** What `ip -j address show` says, as far as it matters. */
interface Device {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly addr_info: readonly AddressLine[];
}
interface AddressLine {
  readonly local?: string;
  readonly prefixlen: number;
  readonly tentative?: boolean;
  readonly dadfailed?: boolean;
}
interface Holding extends AddressLine {
  readonly device: string;
}

/** Longest wait for the kernel's duplicate detection; with its defaults it takes one to two seconds. */
const detectionMs = 10_000;
/** Longest label the kernel takes, one byte of the sixteen being its end. */
const longestLabel = 15;
const announcements = 3;
/** A lease so short that a whole second of it is rare is renewed well within this. */
const renewalMs = 600;

/** IPv6 can be written in many ways; the kernel has one. */
const canonical = ({ address, family }: MasterIpParameters): string =>
  new SocketAddress({ address, family: family === 4 ? 'ipv4' : 'ipv6' }).address;

const holdingsOf = (devices: readonly Device[], params: MasterIpParameters): readonly Holding[] =>
  devices.flatMap(({ ifname, addr_info }) =>
    addr_info.filter(({ local }) => local === canonical(params)).map((line) => ({ ...line, device: ifname })),
  );

const isAsWanted = (holding: Holding, { device, netmask }: MasterIpParameters): boolean =>
  holding.device === device && holding.prefixlen === netmask && !holding.dadfailed;

/** A device without ARP has nobody to ask and nobody to tell. */
const hasNeighbours = ({ flags }: Device): boolean => !flags.includes('NOARP') && !flags.includes('LOOPBACK');

const inUse = ({ address, device }: MasterIpParameters): MachineError =>
  new MachineError(
    'ADDRESS_IN_USE',
    `${address} is in use: another host on the network of ${device} answers for it`,
    {
      hint: `Find out which with 'arping -I ${device} ${address}' (IPv6: 'ip neighbour') and take it down there`,
      facts: { address, device },
    },
  );

function deviceNamed(devices: readonly Device[], { address, device }: MasterIpParameters): Device {
  const found = devices.find(({ ifname }) => ifname === device);
  if (found) return found;
  throw new MachineError('HOST_UNFIT', `There is no network device ${device} to hold ${address}`, {
    hint: `This host has ${devices.map(({ ifname }) => ifname).join(', ')}`,
    facts: { address, device },
  });
}

/** A label shows in the output of old tools which address is the master's. It is for IPv4 and short names only. */
const lifeOf = (seconds: number | undefined): readonly string[] =>
  seconds === undefined ? ['preferred_lft', '0'] : ['valid_lft', String(seconds), 'preferred_lft', '0'];

function addressArguments(
  verb: 'add' | 'change',
  { address, netmask, device, family }: MasterIpParameters,
  seconds?: number,
): readonly string[] {
  const label = `${device}:0`;
  const labelled = family === 4 && label.length <= longestLabel ? ['label', label] : [];
  // Preferred for zero seconds, so that this host does not choose it as the source of its own connections (spec M10).
  return ['address', verb, `${address}/${netmask}`, 'dev', device, ...labelled, ...lifeOf(seconds)];
}

const isTimeout = (caught: unknown): boolean =>
  caught instanceof MachineError && caught.reason === 'TIMED_OUT';

const tooLate = ({ address }: MasterIpParameters): MachineError =>
  new MachineError(
    'TIMED_OUT',
    `The time in which ${address} may be held was over before it could be raised`,
  );

export function createInterfaceAddress(parts: InterfaceAddressParts): MasterAddress {
  const { run, clock = systemClock, onAnnouncementFailed = () => undefined, commandMs = 30_000 } = parts;
  /** Announcing goes on after `raise`; `lower` must end it, or this host would claim what it no longer has. */
  const announcing = new Map<string, AbortController>();

  const tryRun = (program: string, args: readonly string[]): Promise<CommandResult> =>
    run(program, args, { timeoutMs: commandMs });

  async function mustRun(program: string, args: readonly string[]): Promise<CommandResult> {
    const result = await tryRun(program, args);
    if (result.code !== 0) throw commandFailed(program, args, result);
    return result;
  }

  async function inspect(): Promise<readonly Device[]> {
    const { stdout } = await mustRun('ip', ['-j', 'address', 'show']);
    return JSON.parse(stdout) as readonly Device[];
  }

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

  /** Exit 1 means that somebody answered, 0 that two probes went unanswered; anything else that it could not ask. */
  async function refuseDuplicate(params: MasterIpParameters, probeMs: number | undefined): Promise<void> {
    const args = ['-D', '-q', '-c', '2', '-w', '3', '-I', params.device, params.address];
    // arping goes on for whole seconds; on a link that works, who has the address answers within milliseconds.
    const result = await run('arping', args, { timeoutMs: probeMs ?? commandMs }).catch((caught: unknown) => {
      if (probeMs !== undefined && isTimeout(caught)) return undefined;
      throw caught;
    });
    if (result === undefined) return;
    if (result.code === 1) throw inUse(params);
    if (result.code !== 0) throw commandFailed('arping', args, result);
  }

  /** Best effort, and before the address is added: afterwards would be too late for the first advertisement. */
  async function askKernelToAdvertise({ device }: MasterIpParameters): Promise<void> {
    await mustRun('sysctl', ['-q', '-w', `net/ipv6/conf/${device}/ndisc_notify=1`]).catch(
      onAnnouncementFailed,
    );
  }

  /** Waits until the kernel has found no other holder of an IPv6 address. */
  async function awaitDetection(params: MasterIpParameters): Promise<void> {
    const what = `the kernel's duplicate detection of ${params.address} on ${params.device}`;
    let found: readonly Holding[] = [];
    const decided = async () => {
      found = await holdings(params);
      return found.some(({ dadfailed }) => dadfailed) || !found.some(({ tentative }) => tentative);
    };
    await awaitUntil(decided, { what, limitMs: detectionMs, firstMs: 50, maxMs: 250, clock });
    if (!found.some(({ dadfailed }) => dadfailed)) return;
    await dropAll(params, () => true);
    throw inUse(params);
  }

  async function add(params: MasterIpParameters, device: Device, raising: Raising): Promise<void> {
    const asks = params.family === 4 && hasNeighbours(device) && raising.probeMs !== 0;
    if (asks) await refuseDuplicate(params, raising.probeMs);
    if (params.family === 6) await askKernelToAdvertise(params);
    const seconds = raising.lifeSeconds && (await lifeToGive(params, raising.lifeSeconds));
    await mustRun('ip', addressArguments('add', params, seconds));
  }

  /** The kernel counts in whole seconds: of a short lease there is one left only right after a renewal. */
  async function lifeToGive(params: MasterIpParameters, lifeSeconds: () => number): Promise<number> {
    let found = 0;
    const isThere = () => Promise.resolve((found = lifeSeconds()) >= 1);
    const what = `a second for which ${params.address} may be held`;
    await awaitUntil(isThere, { what, limitMs: renewalMs, firstMs: 5, maxMs: 5, clock }).catch(() => {
      throw tooLate(params);
    });
    return found;
  }

  /** Never fails. One that was overtaken by `lower` is no news: arping itself refuses an address that is gone. */
  async function announceOnce({ address, device }: MasterIpParameters, signal: AbortSignal): Promise<void> {
    try {
      await mustRun('arping', ['-q', '-U', '-c', '1', '-I', device, address]);
    } catch (caught) {
      if (!signal.aborted) onAnnouncementFailed(caught);
    }
  }

  /** Nobody waits for it: arping sends at once but ends a second later, and the address is up already. */
  function announce(params: MasterIpParameters): void {
    const { signal } = beginAnnouncing(params);
    void (async () => {
      for (let n = 0; n < announcements && !signal.aborted; n += 1) await announceOnce(params, signal);
    })();
  }

  function beginAnnouncing(params: MasterIpParameters): AbortController {
    stopAnnouncing(params);
    const controller = new AbortController();
    announcing.set(params.address, controller);
    return controller;
  }

  function stopAnnouncing({ address }: MasterIpParameters): void {
    announcing.get(address)?.abort();
    announcing.delete(address);
  }

  return {
    async keep(params, seconds) {
      if (seconds >= 1) await mustRun('ip', addressArguments('change', params, seconds));
    },
    async raise(params, raising = {}) {
      const devices = await inspect();
      const device = deviceNamed(devices, params);
      const held = holdingsOf(devices, params);
      const wrong = (holding: Holding) => !isAsWanted(holding, params);
      if (held.some(wrong)) await dropAll(params, wrong);
      if (held.every(wrong)) await add(params, device, raising);
      if (params.family === 6) await awaitDetection(params);
      else if (hasNeighbours(device)) announce(params);
    },
    async lower(params) {
      stopAnnouncing(params);
      await dropAll(params, () => true);
    },
    isHere: async (params) => (await holdings(params)).some(({ dadfailed }) => !dadfailed),
  };
}
