/**
 * The words of ASN.1 that certificates are written in: builders for the few types they use, and the way to bytes and
 * back. Knows nothing of certificates. Encoding and decoding are node-forge's; byte strings there are Latin-1 text.
 */
import type { asn1 as forge } from 'node-forge';
import asn1 from 'node-forge/lib/asn1.js';

export type Der = forge.Asn1;

const { Class, Type } = asn1;

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const universal = (type: forge.Type, value: string): Der => asn1.create(Class.UNIVERSAL, type, false, value);

export const sequence = (...parts: Der[]): Der => asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, parts);
export const set = (...parts: Der[]): Der => asn1.create(Class.UNIVERSAL, Type.SET, true, parts);
export const objectId = (dotted: string): Der => universal(Type.OID, asn1.oidToDer(dotted).getBytes());
export const octets = (bytes: Uint8Array): Der => universal(Type.OCTETSTRING, latin1(bytes));
export const utf8 = (text: string): Der => universal(Type.UTF8, latin1(Buffer.from(text, 'utf8')));
export const absent = (): Der => universal(Type.NULL, '');
export const yes = (): Der => universal(Type.BOOLEAN, '\u00ff');

/** A non-negative integer from its big-endian bytes, encoded as short as DER demands. */
export function unsigned(bytes: Uint8Array): Der {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Buffer.of(0) : Buffer.from(bytes.subarray(first));
  const wouldBeNegative = (digits[0] ?? 0) >= 0x80;
  return universal(Type.INTEGER, (wouldBeNegative ? '\0' : '') + latin1(digits));
}

export const bits = (bytes: Uint8Array, unusedBits = 0): Der =>
  universal(Type.BITSTRING, String.fromCharCode(unusedBits) + latin1(bytes));

/** RFC 5280, 4.1.2.5: two-digit years through 2049, four digits from then on. */
export const time = (date: Date): Der =>
  date.getUTCFullYear() < 2050
    ? universal(Type.UTCTIME, asn1.dateToUtcTime(date))
    : universal(Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date));

/** A context-specific tag around other structures, or (with bytes) in place of a primitive type's own tag. */
export const tagged = (tag: number, content: Uint8Array | readonly Der[]): Der =>
  content instanceof Uint8Array
    ? asn1.create(Class.CONTEXT_SPECIFIC, tag, false, latin1(content))
    : asn1.create(Class.CONTEXT_SPECIFIC, tag, true, [...content]);

export const encode = (der: Der): Buffer => Buffer.from(asn1.toDer(der).getBytes(), 'latin1');

/** Throws whatever node-forge throws when the bytes are not exactly one DER structure. */
export const decode = (bytes: Uint8Array): Der =>
  asn1.fromDer(latin1(bytes), { strict: true, decodeBitStrings: false });

/** The structures inside one; throws if it holds none. */
export function partsOf(der: Der | undefined): readonly Der[] {
  if (der === undefined || typeof der.value === 'string') throw new Error('a structure was expected here');
  return der.value;
}

/** The content of a primitive one; of a BIT STRING without the count of unused bits. Throws if it is a structure. */
export function bytesOf(der: Der | undefined): Buffer {
  if (der === undefined || typeof der.value !== 'string') throw new Error('a value was expected here');
  const bytes = Buffer.from(der.value, 'latin1');
  return isUniversal(der, Type.BITSTRING) ? bytes.subarray(1) : bytes;
}

export const objectIdOf = (der: Der | undefined): string => asn1.derToOid(bytesOf(der).toString('latin1'));
export const isContextTag = (der: Der, tag: number): boolean =>
  der.tagClass === Class.CONTEXT_SPECIFIC && Number(der.type) === tag;
const isUniversal = (der: Der, type: forge.Type): boolean =>
  der.tagClass === Class.UNIVERSAL && der.type === type;
