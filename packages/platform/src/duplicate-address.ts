/**
 * Who else has an address: asked by ARP, which no packet filter for ping or TCP hides, or told by the neighbour table.
 *
 * IPv6 has no such question among Debian's basic programs. Where an address may be added, the kernel's own duplicate
 * detection decides (interface-address.ts); where nothing may be changed, the neighbour table does, after something
 * else (a TCP connection) made the kernel look for the address.
 */
import { MachineError } from './machine-error.ts';
import { commandFailed, type RunCommand } from './processes.ts';

export interface ArpQuestion {
  readonly address: string;
  readonly device: string;
  /** After this without an answer nobody is taken to have it, ms. */
  readonly limitMs: number;
}

/**
 * Hardware addresses of hosts that answer for an IPv4 address; none if nobody does. Fails with COMMAND_FAILED if it
 * cannot be asked (no right to, device down or without ARP), HOST_UNFIT if arping is missing.
 */
export async function arpHolders(
  run: RunCommand,
  { address, device, limitMs }: ArpQuestion,
): Promise<readonly string[]> {
  const args = ['-D', '-c', '2', '-w', '3', '-I', device, address];
  // arping goes on for whole seconds; on a link that works, who has the address answers within milliseconds.
  const result = await run('arping', args, { timeoutMs: limitMs }).catch((caught: unknown) => {
    if (isTimeout(caught)) return undefined;
    throw caught;
  });
  if (result === undefined) return [];
  // On a device without neighbours it asks nobody and is content with that.
  if (/not ARPable/.test(result.stdout + result.stderr)) throw unaskable(device);
  if (result.code === 0) return [];
  // Exit 1 with an answer means that somebody has it; anything else, that it could not ask.
  const holders = Array.from(result.stdout.matchAll(/ from \S+ \[(\S+)\]/g), ([, hardware = '']) =>
    hardware.toLowerCase(),
  );
  if (result.code === 1 && holders.length > 0) return [...new Set(holders)];
  throw commandFailed('arping', args, result);
}

const unaskable = (device: string): MachineError =>
  new MachineError('COMMAND_FAILED', `${device} has no neighbours that could be asked by ARP`, {
    facts: { device },
  });

const isTimeout = (caught: unknown): boolean =>
  caught instanceof MachineError && caught.reason === 'TIMED_OUT';

/**
 * `present`: it answered a moment ago. `absent`: the kernel looked and nobody answered. `undecided`: it is still looking,
 * or what it knows is old. `unknown`: the address is not on a network of this host, or nobody looked for it.
 */
export type NeighbourAnswer = 'present' | 'absent' | 'undecided' | 'unknown';

interface Neighbour {
  readonly dst: string;
  readonly state?: readonly string[];
}

/** What the kernel knows of the neighbour. Needs no right, sends nothing. `unknown` where there is no `ip` to ask. */
export async function neighbourAnswer(
  run: RunCommand,
  address: string,
  timeoutMs: number,
): Promise<NeighbourAnswer> {
  const result = await run('ip', ['-j', 'neighbour', 'show', 'to', address], { timeoutMs }).catch(
    () => undefined,
  );
  if (result?.code !== 0) return 'unknown';
  const states = neighboursIn(result.stdout).flatMap(({ state = [] }) => state);
  if (states.includes('REACHABLE')) return 'present';
  if (states.includes('FAILED')) return 'absent';
  return states.length > 0 ? 'undecided' : 'unknown';
}

/** Older versions print nothing at all for an empty list. */
const neighboursIn = (text: string): readonly Neighbour[] =>
  JSON.parse(text.trim() || '[]') as readonly Neighbour[];
