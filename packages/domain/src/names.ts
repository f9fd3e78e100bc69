/**
 * Host names and literal IP addresses: whether a text is one, and how names are sorted.
 *
 * Nothing here resolves anything. Counterparts in Ganeti: lib/netutils.py, and NiceSort of lib/utils/algo.py.
 */
import { ClusterError } from './errors.ts';

const decimalByte = /^(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/;

/** Four decimal numbers without leading zeros, which some readers take for octal. */
export function isIPv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => decimalByte.test(part));
}

/** Any spelling of an IPv6 address, without a zone. */
export const isIPv6 = (text: string): boolean => groupsOfIPv6(text) !== undefined;

export function ipFamily(text: string): 4 | 6 | undefined {
  if (isIPv4(text)) return 4;
  return isIPv6(text) ? 6 : undefined;
}

/** 127.0.0.0/8, ::1, and the former written as IPv6. False for what is no address. */
export function isLoopback(ip: string): boolean {
  if (isIPv4(ip)) return ip.startsWith('127.');
  const groups = groupsOfIPv6(ip) ?? [];
  const mapped = groups.slice(0, 6).join() === '0,0,0,0,0,65535' && (groups[6] ?? 0) >> 8 === 127;
  return mapped || groups.join() === '0,0,0,0,0,0,0,1';
}

/** Prefix length of a single address. */
export const singleAddressMask = (family: number): number => (family === 6 ? 128 : 32);

/** The eight 16-bit groups, or undefined if the text is no IPv6 address. */
function groupsOfIPv6(text: string): readonly number[] | undefined {
  const halves = withoutDottedQuad(text).split('::');
  const [left = [], right = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - left.length - right.length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0)) return undefined;
  const groups = [...left, ...Array<string>(missing).fill('0'), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}

/** `::ffff:127.0.0.1` → `::ffff:7f00:1`; every other text as it is. */
function withoutDottedQuad(text: string): string {
  const quad = /[^:]+$/.exec(text)?.[0] ?? '';
  if (!isIPv4(quad)) return text;
  const [a = 0, b = 0, c = 0, d = 0] = quad.split('.').map(Number);
  const low = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  return text.slice(0, -quad.length) + low;
}

const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * A host name in the form we store: lower case, no final dot.
 *
 * Fails with WRONG_INPUT if a name server could not hold it, or if it is an address: names go into line-based
 * files (`name=value`, `name address`), so nothing else may get in.
 */
export function parseHostName(text: string): string {
  const name = text.trim().toLowerCase().replace(/\.$/, '');
  const fits = name.length <= 253 && name.split('.').every((part) => label.test(part));
  if (!fits) throw new ClusterError('WRONG_INPUT', `'${text}' is not a host name`);
  if (isIPv4(name)) throw new ClusterError('WRONG_INPUT', `'${text}' is an address; a host name is needed`);
  return name;
}

/** Sorts `node2` before `node10`. */
export function compareNaturally(a: string, b: string): number {
  // Splitting at a captured group alternates: words at even places, numbers at odd ones.
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (const [place, piece] of left.entries()) {
    const other = right[place];
    if (other === undefined) return 1;
    const order = place % 2 === 1 ? compareNumerals(piece, other) : comparePlainly(piece, other);
    if (order !== 0) return order;
  }
  return left.length - right.length || comparePlainly(a, b);
}

export const comparePlainly = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** By value, however long; no rounding as with Number. */
function compareNumerals(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return left.length - right.length || comparePlainly(left, right);
}
