/**
 * Keys and certificates of a cluster: which there are, what is written into them, what can be read from them.
 *
 *   cluster certificate (server.pem)   RSA 2048, self-signed, signs the others
 *   node certificate (node.pem)        P-256, used both ways on every connection, carries who the node is
 *   client.pem                         the same with RSA, a view for Ganeti's tools
 *   rapi.pem, spice.pem                RSA 2048, self-signed, for services of their own
 *
 * Does not touch files and decides on nobody's rights. Counterpart in Ganeti: lib/utils/x509.py.
 */
import {
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  randomBytes,
  type KeyObject,
  type X509Certificate,
} from 'node:crypto';
import { parseCertificateRequest } from './certificate-request.ts';
import { sequence, tagged, time, unsigned, type Der } from './der.ts';
import { MachineError } from './machine-error.ts';
import { pemBlock, pemBlocks, pemText } from './pem.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  distinguishedName,
  extendedKeyUsage,
  keyUsage,
  publicKeyStructure,
  readCertificate,
  readPrivateKey,
  signatureAlgorithm,
  signed,
  subjectAltName,
  subjectKeyIdentifier,
  subjectOf,
  urisOf,
  type KeyUse,
} from './x509.ts';

export interface KeyPair {
  /** PKCS#8. */
  readonly privateKeyPem: string;
  /** SubjectPublicKeyInfo. */
  readonly publicKeyPem: string;
}

/** Who a node certificate says its holder is. */
export interface NodeIdentity {
  readonly clusterUuid: string;
  readonly nodeUuid: string;
}

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Lower-case hex over the DER form. */
  readonly sha256: string;
  /** Ganeti's digest, see `sha1Colon`. */
  readonly sha1Colon: string;
  readonly nodeIdentity?: NodeIdentity;
}

/** A clock that is behind by less than this still accepts a certificate made just now (BEH-183). */
export const backdatedMs = 5 * 60_000;
const dayMs = 24 * 3_600_000;

// --- keys

/** RSA 2048. Takes most of a second, on another thread. */
export function createRsaKeyPair(): Promise<KeyPair> {
  return new Promise((resolve, reject) => {
    generateKeyPair('rsa', { modulusLength: 2048 }, (error, publicKey, privateKey) =>
      error ? reject(error) : resolve(keyPairText(publicKey, privateKey)),
    );
  });
}

/** P-256. Takes about a millisecond. */
export function createEcKeyPair(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return keyPairText(publicKey, privateKey);
}

const keyPairText = (publicKey: KeyObject, privateKey: KeyObject): KeyPair => ({
  privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
});

// --- certificates

export interface SelfSignedRequest {
  readonly privateKeyPem: string;
  readonly commonName: string;
  readonly now: Date;
  /** Valid for so many days from `now`. */
  readonly days: number;
}

/** The certificate that signs all others of the cluster. Throws STATE_CORRUPT if the key cannot be read. */
export const createClusterCertificate = (wanted: SelfSignedRequest): Promise<string> =>
  selfSigned(wanted, (key) => [
    basicConstraints(true),
    keyUsage(['certificateSigning', ...transportUses(key)]),
    subjectAltName({ dns: [wanted.commonName] }),
    subjectKeyIdentifier(key),
  ]);

/** A certificate for one service (RAPI, SPICE) that vouches for itself and signs nothing. Throws STATE_CORRUPT. */
export const createSelfSignedCertificate = (wanted: SelfSignedRequest): Promise<string> =>
  selfSigned(wanted, (key) => [
    basicConstraints(false),
    keyUsage(transportUses(key)),
    extendedKeyUsage(['server']),
    subjectAltName({ dns: [wanted.commonName] }),
    subjectKeyIdentifier(key),
  ]);

async function selfSigned(
  wanted: SelfSignedRequest,
  extensions: (key: KeyObject) => readonly Der[],
): Promise<string> {
  const key = readPrivateKey(wanted.privateKeyPem);
  const name = distinguishedName(wanted.commonName);
  return certificate({
    ...wanted,
    issuer: name,
    subject: name,
    key,
    extensions: extensions(key),
    signWith: key,
  });
}

export interface LinkRequest {
  /** The cluster certificate to come. */
  readonly certificatePem: string;
  /** The present one, with its key. */
  readonly issuer: { readonly certificatePem: string; readonly privateKeyPem: string };
  readonly now: Date;
}

/**
 * Vouches with the present cluster key for the key to come ("new with old", RFC 4210, 4.4.1): shown behind a certificate
 * that the new key signed, it makes that one good for whoever trusts the old cluster certificate only. Valid as long
 * as both. Throws STATE_CORRUPT.
 */
export async function createLinkCertificate({
  certificatePem,
  issuer: pems,
  now,
}: LinkRequest): Promise<string> {
  const { issuer, signWith } = readIssuer(pems);
  const linked = readCertificate(certificatePem);
  const key = linked.publicKey;
  const ends = [linked, issuer].map(({ validTo }) => new Date(validTo).getTime());
  return certificate({
    issuer: subjectOf(issuer),
    subject: subjectOf(linked),
    key,
    extensions: [
      basicConstraints(true),
      keyUsage(['certificateSigning']),
      subjectKeyIdentifier(key),
      authorityKeyIdentifier(issuer),
    ],
    signWith,
    now,
    days: (Math.min(...ends) - now.getTime()) / dayMs,
  });
}

export interface NodeCertificateRequest {
  /** PEM, made by the node. Only its key counts: the name is given by whoever signs. */
  readonly request: string;
  readonly issuer: { readonly certificatePem: string; readonly privateKeyPem: string };
  readonly name: string;
  /** IPv4 or IPv6, each once. */
  readonly addresses: readonly string[];
  readonly clusterUuid: string;
  readonly nodeUuid: string;
  readonly now: Date;
  readonly days: number;
}

/**
 * The certificate a node shows on every connection, as server and as client (BEH-178, BEH-182).
 * Throws WRONG_INPUT for a request or address that is not acceptable, STATE_CORRUPT if the issuer's key and
 * certificate cannot be read or do not belong together.
 */
export async function signNodeCertificate(wanted: NodeCertificateRequest): Promise<string> {
  const { issuer, signWith } = readIssuer(wanted.issuer);
  const key = createPublicKey(parseCertificateRequest(wanted.request).publicKeyPem);
  const extensions = [
    basicConstraints(false),
    keyUsage(transportUses(key)),
    extendedKeyUsage(['server', 'client']),
    subjectAltName({ dns: [wanted.name], addresses: wanted.addresses, uris: [identityUri(wanted)] }),
    subjectKeyIdentifier(key),
    authorityKeyIdentifier(issuer),
  ];
  const names = { issuer: subjectOf(issuer), subject: distinguishedName(wanted.name) };
  return certificate({ ...wanted, ...names, key, extensions, signWith });
}

function readIssuer(pems: NodeCertificateRequest['issuer']): {
  issuer: X509Certificate;
  signWith: KeyObject;
} {
  const issuer = readCertificate(pems.certificatePem);
  const signWith = readPrivateKey(pems.privateKeyPem);
  if (issuer.checkPrivateKey(signWith)) return { issuer, signWith };
  throw new MachineError(
    'STATE_CORRUPT',
    'The signing key and the signing certificate do not belong together',
  );
}

interface CertificateContent {
  readonly issuer: Der;
  readonly subject: Der;
  readonly key: KeyObject;
  readonly extensions: readonly Der[];
  readonly signWith: KeyObject;
  readonly now: Date;
  readonly days: number;
}

async function certificate(wanted: CertificateContent): Promise<string> {
  const { now, days, signWith } = wanted;
  const notBefore = new Date(now.getTime() - backdatedMs);
  const notAfter = new Date(now.getTime() + days * dayMs);
  const version3 = tagged(0, [unsigned(Buffer.of(2))]);
  const content = sequence(
    version3,
    // Random, so that no two nodes can be given the same one in the same second (BEH-181).
    unsigned(randomBytes(16)),
    signatureAlgorithm(signWith),
    wanted.issuer,
    sequence(time(notBefore), time(notAfter)),
    wanted.subject,
    publicKeyStructure(wanted.key),
    tagged(3, [sequence(...wanted.extensions)]),
  );
  return pemText('CERTIFICATE', await signed(content, signWith));
}

/** An EC key only signs; an RSA key may also carry the session key of a TLS 1.2 connection. */
const transportUses = (key: KeyObject): readonly KeyUse[] =>
  key.asymmetricKeyType === 'rsa' ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature'];

// --- reading

/** Throws STATE_CORRUPT if the text is no certificate. */
export function describeCertificate(pem: string): CertificateFacts {
  const read = readCertificate(pem);
  const nodeIdentity = identityOf(read.raw);
  return {
    subject: read.subject,
    issuer: read.issuer,
    notBefore: new Date(read.validFrom),
    notAfter: new Date(read.validTo),
    sha256: read.fingerprint256.replaceAll(':', '').toLowerCase(),
    sha1Colon: read.fingerprint,
    ...(nodeIdentity ? { nodeIdentity } : {}),
  };
}

/** Whose a certificate (DER) says it is, shortened, for a log; undefined if it cannot be read. Nobody vouches for it. */
export function certificateSubject(der: Uint8Array): string | undefined {
  try {
    return readCertificate(der).subject.replaceAll('\n', ', ').slice(0, 200);
  } catch {
    return undefined;
  }
}

/** When a certificate (DER) that was verified ends, in milliseconds since the epoch. */
export const certificateEnd = (der: Uint8Array): number => Date.parse(readCertificate(der).validTo);

const identityUri = ({ clusterUuid, nodeUuid }: NodeIdentity): string =>
  `spiffe://${clusterUuid}/node/${nodeUuid}`;

/**
 * The node a certificate (DER) names; undefined if it names none, or more than one.
 * Says nothing about who signed it: ask only for certificates whose chain was verified.
 */
export function identityOf(der: Uint8Array): NodeIdentity | undefined {
  const [uri, ...others] = readableUris(der).filter((each) => each.startsWith('spiffe:'));
  if (uri === undefined || others.length > 0) return undefined;
  const [, clusterUuid, nodeUuid] = /^spiffe:\/\/([0-9a-f-]{36})\/node\/([0-9a-f-]{36})$/.exec(uri) ?? [];
  return clusterUuid !== undefined && nodeUuid !== undefined ? { clusterUuid, nodeUuid } : undefined;
}

function readableUris(der: Uint8Array): readonly string[] {
  try {
    return urisOf(der);
  } catch {
    return [];
  }
}

/** Whether the authority's key made this certificate's signature. Does not look at dates. Throws STATE_CORRUPT. */
export function issuedBy(certificatePem: string, authorityPem: string): boolean {
  const authority = readCertificate(authorityPem);
  const read = readCertificate(certificatePem);
  return read.checkIssued(authority) && read.verify(authority.publicKey);
}

/** Whether the private key is the one the certificate speaks of. Throws STATE_CORRUPT if either cannot be read. */
export const keyFits = (privateKeyPem: string, certificatePem: string): boolean =>
  readCertificate(certificatePem).checkPrivateKey(readPrivateKey(privateKeyPem));

/** All of a file that may hold a chain, in their order. */
export const certificatesIn = (text: string): readonly string[] => pemBlocks(text, /^CERTIFICATE$/);

/** Ganeti's files hold key, then certificate; either order is read, of each the first counts. */
export function splitPem(text: string): { privateKeyPem?: string; certificatePem?: string } {
  const privateKeyPem = pemBlock(text, /PRIVATE KEY$/);
  const certificatePem = pemBlock(text, /^CERTIFICATE$/);
  return { ...(privateKeyPem ? { privateKeyPem } : {}), ...(certificatePem ? { certificatePem } : {}) };
}
