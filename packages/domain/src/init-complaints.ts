/**
 * The facts `init` is judged by, and the sentences said about them: each function returns one if something is wrong.
 *
 * Which fact is held to which sentence, in which order and with which reason, is the table in init-checks.ts.
 */
import { clusterErrorFrom } from './errors.ts';
import { decideYesNo, type ParameterFacts } from './init-parameters.ts';
import { ipFamily, isIPv4, isLoopback, parseHostName } from './names.ts';
import type { RootSshKeyFacts } from './root-ssh-key.ts';
import type { StorageFacts } from './storage-complaints.ts';

/** What was found out about an address by asking whether somebody has it. */
export interface AddressUse {
  /** What a connection to a node daemon's port met; `owned` if the address is this host's own. */
  readonly tcp: 'silent' | 'refused' | 'open' | 'owned';
  /** Who answers for it on its network. */
  readonly holder?: { readonly by: 'ARP' | 'neighbour discovery'; readonly hardwareAddress?: string };
  /** Why its network could not be asked; absent if it was, or need not be. */
  readonly unasked?: string;
}

export interface InitFacts extends ParameterFacts, StorageFacts {
  /** A configuration lies in the data directory. */
  readonly clusterExists: boolean;
  /** Paths of what else lies there and is no directory. */
  readonly leftovers: readonly string[];
  readonly hostName: string;
  /** What the host's own name resolves to. */
  readonly hostAddresses: readonly string[];
  /** Addresses of this host's interfaces. */
  readonly ownedAddresses: readonly string[];
  readonly clusterName: string;
  readonly clusterAddresses: readonly string[];
  /** Whether somebody has the cluster IP already. */
  readonly masterIpUse: AddressUse;
  /** The site's own program for the master IP, on this host. */
  readonly masterIpScript: 'ready' | 'missing' | 'not-executable';
  /** The device for the master IP, whether it was named or is the usual one. */
  readonly netdevExists: boolean;
  /** For clusters on one machine: loopback addresses are fine, and all of them are this host's. */
  readonly allowLoopback: boolean;
  readonly secondaryIp?: string | undefined;
  /** Prefix length of the master IP. */
  readonly netmask?: number | undefined;
  /** 4 or 6, unless the operator said something else. */
  readonly family: number;
  readonly macPrefix: string;
  readonly candidatePoolSize: number;
  /** An SSH host key of any type (BEH-127). */
  readonly sshHostKeyFound: boolean;
  /** Root's own key of the cluster's type; absent if it is not to be looked after. */
  readonly rootSshKey?: RootSshKeyFacts | undefined;
}

/** Absent if a name resolves to nothing, or nothing was given. */
type Address = string | undefined;

export const when = (wrong: boolean, message: string): string | undefined => (wrong ? message : undefined);

/** Names the items, the first five if there are many. */
export function anyOf(complaint: string, items: readonly string[]): string | undefined {
  const more = items.length > 5 ? ` and ${items.length - 5} more` : '';
  return when(items.length > 0, `${complaint}: ${items.slice(0, 5).join(', ')}${more}`);
}

/** Of several addresses the resolver's first counts, as everywhere else. */
export const hostAddress = ({ hostAddresses, family }: InitFacts): string | undefined =>
  firstOf(hostAddresses, family);
export const clusterAddress = ({ clusterAddresses, family }: InitFacts): string | undefined =>
  firstOf(clusterAddresses, family);

const firstOf = (addresses: readonly string[], family: number): string | undefined =>
  addresses.find((address) => ipFamily(address) === family);

export function chosenFrom(
  what: string,
  chosen: readonly string[],
  isKnown: (text: string) => boolean,
): string | undefined {
  const unknown = chosen.filter((name) => !isKnown(name));
  if (chosen.length === 0) return `At least one ${what} must be enabled`;
  return anyOf(`Unknown ${what}`, unknown);
}

export function complaintAbout(name: string): string | undefined {
  try {
    parseHostName(name);
    return undefined;
  } catch (caught) {
    return clusterErrorFrom(caught).message;
  }
}

/** Names the address a name resolves to, in a sentence about it. */
export const addressOf = (name: string): string => `The address of ${name}`;

/** Says nothing when the IP version itself is wrong, which has a check of its own. */
export function unresolved({ family }: InitFacts, whose: string, address: Address): string | undefined {
  const expected = family === 4 || family === 6;
  return when(expected && address === undefined, `No IPv${family} address is known for ${whose}`);
}

export function forbiddenLoopback(
  { allowLoopback }: InitFacts,
  whose: string,
  address: Address,
): string | undefined {
  const forbidden = address !== undefined && isLoopback(address) && !allowLoopback;
  return when(forbidden, `${whose}, ${address}, is a loopback address`);
}

/** All loopback addresses are this host's, whatever its interfaces list; whether they may be used is another check. */
export function foreign({ ownedAddresses }: InitFacts, whose: string, address: Address): string | undefined {
  if (address === undefined || isLoopback(address) || ownedAddresses.includes(address)) return undefined;
  return `${whose}, ${address}, is not an address of this host`;
}

/**
 * A refusal comes from a host that is up; only on loopback everything unused refuses. A host that drops what is sent to
 * it cannot hide on its network (spec D9). The sentence says which of the tests decided.
 */
export function occupied({ masterIpUse, ...facts }: InitFacts, address: Address): string | undefined {
  if (address === undefined) return undefined;
  const { tcp, holder } = masterIpUse;
  if (tcp === 'owned' || address === firstOf(facts.hostAddresses, facts.family))
    return `The cluster's address ${address} is this host's own`;
  const inUse = `The cluster's address ${address} is in use`;
  if (tcp === 'open') return `${inUse}: it accepts connections (found by TCP)`;
  if (holder) return `${inUse}: ${holderText(holder)}`;
  const answers = tcp === 'refused' && !isLoopback(address);
  return when(answers, `${inUse}: a host answers there, refusing the connection (found by TCP)`);
}

const holderText = ({ by, hardwareAddress }: NonNullable<AddressUse['holder']>): string =>
  hardwareAddress === undefined
    ? `another host answers for it (found by ${by})`
    : `the host with hardware address ${hardwareAddress} answers for it (found by ${by})`;

/** A warning: that the address is free rests on one test that a packet filter can deceive. */
export const unasked = ({ masterIpUse }: InitFacts, address: Address): string | undefined =>
  masterIpUse.unasked === undefined || address === undefined || isLoopback(address)
    ? undefined
    : `Whether another host has the cluster's address ${address} was tried by TCP only: ${masterIpUse.unasked}`;

/** Says nothing where the flag itself is wrong, which has a check of its own. */
export function scriptNotReady({ masterIpScript, words }: InitFacts): string | undefined {
  if (!decideYesNo(words.useExternalMipScript).value || masterIpScript === 'ready') return undefined;
  const found = masterIpScript === 'missing' ? 'is not there' : 'is not executable';
  return `The script for the master IP ${found}: /etc/quorate/scripts/master-ip-setup`;
}

export function unfitSecondary(family: number, secondaryIp: Address): string | undefined {
  if (secondaryIp === undefined) return when(family === 6, 'A cluster on IPv6 needs a secondary IP on IPv4');
  return when(!isIPv4(secondaryIp), `The secondary IP ${secondaryIp} is not an IPv4 address`);
}

export function outside(
  what: string,
  value: number | undefined,
  from: number,
  to = Infinity,
): string | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= from && value <= to)) return undefined;
  return `${what} ${value} is not a whole number ${to === Infinity ? `of at least ${from}` : `from ${from} to ${to}`}`;
}

/** The lowest bit of the first byte marks multicast addresses, which no interface may have (BEH-137). */
export function unfitMacPrefix(prefix: string): string | undefined {
  if (!/^[0-9a-f]{2}(?::[0-9a-f]{2}){2}$/i.test(prefix))
    return `MAC prefix '${prefix}' is not three hexadecimal bytes such as aa:00:00`;
  return when(Number.parseInt(prefix, 16) % 2 === 1, `MAC prefix '${prefix}' is for multicast`);
}
