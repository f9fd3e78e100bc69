/**
 * OpenSSH's known_hosts: which keys a host may show.
 *
 * Understands plain, wildcard, negated and hashed names, `[host]:port`, @revoked and @cert-authority. The SSH library
 * knows no host certificates, so a host that only an authority vouches for is told apart, and never accepted. Host names
 * are compared as given, nothing is resolved.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { matchesPatterns } from './host-patterns.ts';

export interface HostKey {
  /** `ssh-ed25519`, `ssh-rsa` … */
  readonly type: string;
  /** The public key as it travels on the wire. */
  readonly key: Buffer;
  /** The host's own, one that must never be trusted again, or that of an authority which signs host keys. */
  readonly mark: 'host' | 'revoked' | 'authority';
}

/**
 * `changed`: another key of this type is on record, the case to be afraid of. `unknown`: nothing on record of this
 * type. `revoked`: on record as stolen or given up. `authority-only`: a certificate authority vouches for the host and
 * nothing else does.
 */
export type HostKeyVerdict = 'accepted' | 'unknown' | 'changed' | 'revoked' | 'authority-only';

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

const matchesNames = (names: string, name: string): boolean =>
  names.startsWith('|1|') ? matchesHash(names, name) : matchesPatterns(names.toLowerCase().split(','), name);

const marks: Readonly<Record<string, HostKey['mark']>> = {
  '@revoked': 'revoked',
  '@cert-authority': 'authority',
};

function keyOfLine(line: string, name: string): HostKey | undefined {
  const fields = line.trim().split(/\s+/);
  const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
  const [names, type, encoded] = fields;
  const mark = marker === undefined ? 'host' : marks[marker];
  if (!mark || !names || names.startsWith('#') || !type || !encoded) return undefined;
  if (!matchesNames(names, name)) return undefined;
  const key = Buffer.from(encoded, 'base64');
  return keyTypeOf(key) === type ? { type, key, mark } : undefined;
}

/** All keys on record for this host at this port. Lines that are not understood are passed over, as OpenSSH does. */
export function findHostKeys(text: string, host: string, port: number): readonly HostKey[] {
  const name = knownHostsName(host, port);
  return text.split('\n').flatMap((line) => keyOfLine(line, name) ?? []);
}

/** Whether a host may show this key, given what is on record for it. A revoked key is refused before all else. */
export function judgeHostKey(key: Uint8Array, onRecord: readonly HostKey[]): HostKeyVerdict {
  const marked = (mark: HostKey['mark']) => onRecord.filter((each) => each.mark === mark);
  const isOn = (keys: readonly HostKey[]) => keys.some((each) => each.key.equals(key));
  if (isOn(marked('revoked'))) return 'revoked';
  const own = marked('host');
  if (isOn(own)) return 'accepted';
  const type = keyTypeOf(key);
  if (own.some((each) => each.type === type)) return 'changed';
  return own.length === 0 && marked('authority').length > 0 ? 'authority-only' : 'unknown';
}

/** Whether a host may show this key, given the one fingerprint that was told (BEH-252). */
export const judgeFingerprint = (key: Uint8Array, fingerprint: string): HostKeyVerdict =>
  fingerprintOf(key) === fingerprint.trim().replace(/=+$/, '') ? 'accepted' : 'changed';

/** The line by which this key is remembered. */
export const knownHostsLine = (host: string, port: number, key: Uint8Array): string =>
  `${knownHostsName(host, port)} ${keyTypeOf(key)} ${Buffer.from(key).toString('base64')}`;
