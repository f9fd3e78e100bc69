/**
 * OpenSSH's known_hosts: which keys a host may show.
 *
 * Understands plain, wildcard, negated and hashed names, `[host]:port`, and @revoked. Certificate authorities are
 * passed over: the SSH library knows no host certificates. Host names are compared as given, nothing is resolved.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export interface HostKey {
  /** `ssh-ed25519`, `ssh-rsa` … */
  readonly type: string;
  /** The public key as it travels on the wire. */
  readonly key: Buffer;
  /** Written down as one that must never be trusted again. */
  readonly revoked: boolean;
}

/**
 * `changed`: another key of this type is on record, the case to be afraid of. `unknown`: nothing on record of this
 * type. `revoked`: on record as stolen or given up.
 */
export type HostKeyVerdict = 'accepted' | 'unknown' | 'changed' | 'revoked';

/** The way people compare keys, as `ssh-keygen -l` prints it. */
export const fingerprintOf = (key: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replaceAll('=', '')}`;

/** The type that a key names itself as; empty if it is no key. */
export function keyTypeOf(key: Uint8Array): string {
  const data = Buffer.from(key);
  return data.length < 4 ? '' : data.subarray(4, 4 + data.readUInt32BE(0)).toString('latin1');
}

/** How known_hosts writes an address: the port only if it is not the usual one. */
export const knownHostsName = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;

/** `|1|salt|hash`: OpenSSH's HashKnownHosts, HMAC-SHA-1 of the name. */
function matchesHash(pattern: string, name: string): boolean {
  const [, , salt = '', hash = ''] = pattern.split('|');
  const expected = Buffer.from(hash, 'base64');
  const found = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  return expected.length === found.length && timingSafeEqual(expected, found);
}

function matchesPattern(pattern: string, name: string): boolean {
  const literal = pattern.toLowerCase().replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name);
}

/** A negated pattern that fits excludes the line, whatever else fits. */
function matchesNames(names: string, name: string): boolean {
  if (names.startsWith('|1|')) return matchesHash(names, name);
  const patterns = names.split(',');
  const fits = (pattern: string) => matchesPattern(pattern, name);
  const excluded = patterns.filter((each) => each.startsWith('!')).map((each) => each.slice(1));
  return !excluded.some(fits) && patterns.filter((each) => !each.startsWith('!')).some(fits);
}

function keyOfLine(line: string, name: string): HostKey | undefined {
  const fields = line.trim().split(/\s+/);
  const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
  const [names, type, encoded] = fields;
  if (!names || names.startsWith('#') || !type || !encoded || marker === '@cert-authority') return undefined;
  if (!matchesNames(names, name)) return undefined;
  const key = Buffer.from(encoded, 'base64');
  return keyTypeOf(key) === type ? { type, key, revoked: marker === '@revoked' } : undefined;
}

/** All keys on record for this host at this port. Lines that are not understood are passed over, as OpenSSH does. */
export function findHostKeys(text: string, host: string, port: number): readonly HostKey[] {
  const name = knownHostsName(host, port);
  return text.split('\n').flatMap((line) => keyOfLine(line, name) ?? []);
}

/** Whether a host may show this key, given what is on record for it. A revoked key is refused before all else. */
export function judgeHostKey(key: Uint8Array, onRecord: readonly HostKey[]): HostKeyVerdict {
  const same = onRecord.filter((each) => each.key.equals(key));
  if (same.some((each) => each.revoked)) return 'revoked';
  if (same.length > 0) return 'accepted';
  const type = keyTypeOf(key);
  return onRecord.some((each) => each.type === type && !each.revoked) ? 'changed' : 'unknown';
}

/** Whether a host may show this key, given the one fingerprint that was told (BEH-252). */
export const judgeFingerprint = (key: Uint8Array, fingerprint: string): HostKeyVerdict =>
  fingerprintOf(key) === fingerprint.trim().replace(/=+$/, '') ? 'accepted' : 'changed';
