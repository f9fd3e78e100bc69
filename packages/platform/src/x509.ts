/**
 * The pieces X.509 certificates and PKCS#10 requests are made of: names, extensions, algorithms, the signature around
 * them. Which pieces belong into which certificate is decided in certificates.ts.
 *
 * node-forge can neither sign with EC keys nor read them, and its RSA signing blocks the event loop for 130 ms; so it
 * only builds the structure, and `node:crypto` signs, on its thread pool.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { isIP } from 'node:net';
import {
  absent,
  bits,
  bytesOf,
  decode,
  encode,
  isContextTag,
  objectId,
  objectIdOf,
  octets,
  partsOf,
  sequence,
  set,
  tagged,
  utf8,
  yes,
  type Der,
} from './der.ts';
import { MachineError } from './machine-error.ts';

const oids = {
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;

// --- keys and signatures

/** Throws STATE_CORRUPT if the text is no private key; the text itself is never part of the error. */
export function readPrivateKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new MachineError('STATE_CORRUPT', 'The private key cannot be read', { cause });
  }
}

/** From PEM or DER. Throws STATE_CORRUPT. */
export function readCertificate(certificate: string | Uint8Array): X509Certificate {
  try {
    return new X509Certificate(certificate);
  } catch (cause) {
    throw new MachineError('STATE_CORRUPT', 'The certificate cannot be read', { cause });
  }
}

export const publicKeyStructure = (key: KeyObject): Der => decode(publicKeyBytes(key));

function publicKeyBytes(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ type: 'spki', format: 'der' });
}

export const signatureAlgorithm = (key: KeyObject): Der =>
  key.asymmetricKeyType === 'rsa'
    ? sequence(objectId(oids.sha256WithRsa), absent())
    : sequence(objectId(oids.ecdsaWithSha256));

/** The content, how it is signed, the signature: the outer form of certificates and requests alike. */
export async function signed(content: Der, key: KeyObject): Promise<Buffer> {
  const signature = await signature256(encode(content), key);
  return encode(sequence(content, signatureAlgorithm(key), bits(signature)));
}

const signature256 = (bytes: Buffer, key: KeyObject): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    sign('sha256', bytes, key, (error, signature) => (error ? reject(error) : resolve(signature)));
  });

// --- names

export const distinguishedName = (commonName: string): Der =>
  sequence(set(sequence(objectId(oids.commonName), utf8(commonName))));

/** The first common name in a subject; undefined if it has none. */
export function commonNameOf(name: Der | undefined): string | undefined {
  const attributes = partsOf(name).flatMap((relativeName) => partsOf(relativeName).map(partsOf));
  const found = attributes.find(([type]) => objectIdOf(type) === oids.commonName);
  return found && bytesOf(found[1]).toString('utf8');
}

/** An issuer's subject byte for byte: whoever wrote that certificate, the names must match exactly. */
export const subjectOf = (certificate: X509Certificate): Der => {
  const fields = certificateFields(certificate.raw);
  const subject = fields[subjectIndex];
  if (subject === undefined) throw new MachineError('STATE_CORRUPT', 'The certificate has no subject');
  return subject;
};

// --- extensions

const extension = (oid: string, value: Der, critical = false): Der =>
  sequence(objectId(oid), ...(critical ? [yes()] : []), octets(encode(value)));

export const basicConstraints = (isAuthority: boolean): Der =>
  extension(oids.basicConstraints, isAuthority ? sequence(yes()) : sequence(), true);

const usageBits = { digitalSignature: 0x80, keyEncipherment: 0x20, certificateSigning: 0x04 } as const;
export type KeyUse = keyof typeof usageBits;

export function keyUsage(uses: readonly KeyUse[]): Der {
  const byte = uses.reduce((sum, use) => sum | usageBits[use], 0);
  const trailingZeros = 31 - Math.clz32(byte & -byte);
  return extension(oids.keyUsage, bits(Buffer.of(byte), trailingZeros), true);
}

const purposes = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const;
export type Purpose = keyof typeof purposes;

export const extendedKeyUsage = (wanted: readonly Purpose[]): Der =>
  extension(oids.extendedKeyUsage, sequence(...wanted.map((purpose) => objectId(purposes[purpose]))));

export interface AlternativeNames {
  readonly dns: readonly string[];
  /** IPv4 or IPv6 in text form. */
  readonly addresses?: readonly string[];
  readonly uris?: readonly string[];
}

// Tags of GeneralName, RFC 5280, 4.2.1.6.
const generalName = { dns: 2, uri: 6, address: 7 } as const;

export const subjectAltName = (names: AlternativeNames): Der =>
  extension(
    oids.subjectAltName,
    sequence(
      ...names.dns.map((name) => tagged(generalName.dns, Buffer.from(name, 'ascii'))),
      ...(names.addresses ?? []).map((address) => tagged(generalName.address, addressBytes(address))),
      ...(names.uris ?? []).map((uri) => tagged(generalName.uri, Buffer.from(uri, 'ascii'))),
    ),
  );

function addressBytes(address: string): Buffer {
  const family = isIP(address);
  if (family === 4) return Buffer.from(address.split('.').map(Number));
  if (family !== 6 || address.includes('%')) {
    throw new MachineError('WRONG_INPUT', `'${address}' is not an address a certificate can carry`);
  }
  // The URL parser writes every IPv6 form, embedded IPv4 included, as groups of hex digits.
  const [before = '', after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [head, tail] = [groups(before), groups(after ?? '')];
  const zeros = Array<number>(8 - head.length - tail.length).fill(0);
  return Buffer.from([...head, ...zeros, ...tail].flatMap((group) => [group >> 8, group & 0xff]));
}

const groups = (text: string): number[] =>
  text === '' ? [] : text.split(':').map((hex) => parseInt(hex, 16));

/** Lets a verifier tell apart two authorities of one name, as there are while the cluster certificate is renewed. */
export const subjectKeyIdentifier = (key: KeyObject): Der =>
  extension(oids.subjectKeyIdentifier, octets(keyIdentifier(key)));

export const authorityKeyIdentifier = (issuer: X509Certificate): Der => {
  const own = extensionValue(issuer.raw, oids.subjectKeyIdentifier);
  const identifier = own ? bytesOf(own) : keyIdentifier(issuer.publicKey);
  return extension(oids.authorityKeyIdentifier, sequence(tagged(0, identifier)));
};

/** RFC 5280, 4.2.1.2, method 1: it names a key, nothing is trusted because of it. */
function keyIdentifier(key: KeyObject): Buffer {
  const [, publicKey] = partsOf(publicKeyStructure(key));
  return createHash('sha1').update(bytesOf(publicKey)).digest();
}

// --- reading

// Version-1 certificates lack the version field; `certificateFields` puts them in line with the others.
const subjectIndex = 5;

function certificateFields(der: Uint8Array): readonly (Der | undefined)[] {
  const [content] = partsOf(decode(der));
  const fields = partsOf(content);
  const [first] = fields;
  return first && isContextTag(first, 0) ? fields : [undefined, ...fields];
}

function extensionValue(der: Uint8Array, oid: string): Der | undefined {
  const list = certificateFields(der).find((field) => field && isContextTag(field, 3));
  if (list === undefined) return undefined;
  const found = partsOf(partsOf(list)[0])
    .map(partsOf)
    .find(([type]) => objectIdOf(type) === oid);
  return found && decode(bytesOf(found.at(-1)));
}

/** The URIs among a certificate's alternative names; throws if the bytes are no certificate. */
export function urisOf(der: Uint8Array): readonly string[] {
  const names = extensionValue(der, oids.subjectAltName);
  if (names === undefined) return [];
  return partsOf(names)
    .filter((name) => isContextTag(name, generalName.uri))
    .map((name) => bytesOf(name).toString('latin1'));
}
