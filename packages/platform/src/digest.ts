/**
 * Digests and random values: the randomness of the product comes from here, the domain has none.
 *
 * Counterpart in Ganeti: lib/utils/security.py, GetCertificateDigest; lib/utils/io.py, NewUUID.
 */
import { createHash, randomBytes, randomInt, randomUUID, timingSafeEqual } from 'node:crypto';

/** Lower-case hex. */
export const sha256Hex = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');

/** Ganeti's certificate digest: upper-case pairs joined by colons, 59 characters (spec: never decide on it alone). */
export function sha1Colon(der: Uint8Array): string {
  const hex = createHash('sha1').update(der).digest('hex').toUpperCase();
  return (hex.match(/../g) ?? []).join(':');
}

/** Whether two digests of one length are equal, in a time that tells nothing of where they differ. */
export const sameDigest = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

export const randomUuid = (): string => randomUUID();

/** Lower-case hex of so many random bytes. */
export const randomHex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** From 0 up to, not including, `below`. */
export const randomInteger = (below: number): number => randomInt(below);

/** A number from 0 up to, not including, 1 that is always the same for the same text and evenly spread over texts. */
export const fractionOf = (text: string): number =>
  createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
