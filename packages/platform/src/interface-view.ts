/**
 * Where an address is on this host, and whether its device has a link: what one look with `ip` shows.
 *
 * Looks and changes nothing.
 */
import { SocketAddress } from 'node:net';
import { MachineError } from './machine-error.ts';
import { commandFailed, type RunCommand } from './processes.ts';

/** The same shape as the domain's. */
export interface MasterIpParameters {
  readonly address: string;
  /** Prefix length. */
  readonly netmask: number;
  readonly device: string;
  readonly family: 4 | 6;
  /** Held by a program of the site (node daemon), not by what is in these files. */
  readonly externalScript?: boolean;
}

export interface AddressView {
  /** This host answers for it, on whatever device. */
  readonly here: boolean;
  /** It is on its device, with its mask, and nowhere else. */
  readonly right: boolean;
  /** Its device is up and has a carrier. */
  readonly linkUp: boolean;
  /** How often its device has got or lost its carrier so far: no look can miss that it did. */
  readonly linkChanges: number;
}

/** What `ip -j -s -s address show` says, as far as it matters. */
export interface Device {
  readonly ifname: string;
  readonly flags: readonly string[];
  /** Its hardware address. */
  readonly address?: string;
  readonly addr_info: readonly AddressLine[];
  readonly stats64?: { readonly tx?: { readonly carrier_changes?: number } };
}
interface AddressLine {
  readonly local?: string;
  readonly prefixlen: number;
  readonly tentative?: boolean;
  readonly dadfailed?: boolean;
}
export interface Holding extends AddressLine {
  readonly device: string;
}

/** Fails with COMMAND_FAILED, HOST_UNFIT (no `ip`), TIMED_OUT. */
export async function lookAtDevices(run: RunCommand, timeoutMs: number): Promise<readonly Device[]> {
  const args = ['-j', '-s', '-s', 'address', 'show'];
  const result = await run('ip', args, { timeoutMs });
  if (result.code !== 0) throw commandFailed('ip', args, result);
  return JSON.parse(result.stdout) as readonly Device[];
}

/** IPv6 can be written in many ways; the kernel has one. */
const canonical = ({ address, family }: MasterIpParameters): string =>
  new SocketAddress({ address, family: family === 4 ? 'ipv4' : 'ipv6' }).address;

export const holdingsOf = (devices: readonly Device[], params: MasterIpParameters): readonly Holding[] =>
  devices.flatMap(({ ifname, addr_info }) =>
    addr_info.filter(({ local }) => local === canonical(params)).map((line) => ({ ...line, device: ifname })),
  );

export const isAsWanted = (holding: Holding, { device, netmask }: MasterIpParameters): boolean =>
  holding.device === device && holding.prefixlen === netmask && !holding.dadfailed;

export function viewOf(devices: readonly Device[], params: MasterIpParameters): AddressView {
  const held = holdingsOf(devices, params);
  const device = devices.find(({ ifname }) => ifname === params.device);
  return {
    here: held.some(({ dadfailed }) => !dadfailed),
    right: held.length > 0 && held.every((holding) => isAsWanted(holding, params)),
    linkUp: device !== undefined && hasLink(device),
    linkChanges: device?.stats64?.tx?.carrier_changes ?? 0,
  };
}

export const hasLink = ({ flags }: Device): boolean => flags.includes('UP') && flags.includes('LOWER_UP');

/** A device without ARP has nobody to ask and nobody to tell. */
export const hasNeighbours = ({ flags }: Device): boolean =>
  !flags.includes('NOARP') && !flags.includes('LOOPBACK');

/** Fails with HOST_UNFIT, naming the devices there are. */
export function deviceNamed(devices: readonly Device[], { address, device }: MasterIpParameters): Device {
  const found = devices.find(({ ifname }) => ifname === device);
  if (found) return found;
  throw new MachineError('HOST_UNFIT', `There is no network device ${device} to hold ${address}`, {
    hint: `This host has ${devices.map(({ ifname }) => ifname).join(', ')}`,
    facts: { address, device },
  });
}
