/**
 * GenerateClusterCrypto: makes the cluster's secrets, those that are missing and those it is told to renew.
 *
 *   cluster identity   node.pem, client.pem, then server.pem, which signed them
 *   consoles           spice-ca.pem, then spice.pem
 *   on their own       rapi.pem, hmac.key, cluster-domain-secret
 *
 * Within a group the file whose absence or disagreement makes the next run start over comes last, so that a
 * crash anywhere and a second run end in a consistent set (BEH-180).
 *
 * Counterpart in Ganeti: lib/bootstrap.py, GenerateClusterCrypto.
 */
import type { ClusterUuid, NodeUuid } from '@quorate/domain/roster';
import {
  createClusterCertificate,
  createEcKeyPair,
  createRsaKeyPair,
  createSelfSignedCertificate,
  describeCertificate,
  issuedBy,
  signNodeCertificate,
  splitPem,
} from '@quorate/platform/certificates';
import { createCertificateRequest } from '@quorate/platform/certificate-request';
import { hmacKeyText, readClusterKey, writeSecret, type ClusterKey, type SecretName } from './secrets.ts';
import { settleAll } from './settle-all.ts';
import type { State } from './state.ts';
import { requireUsable, type SuppliedSecrets } from './supplied-secrets.ts';

/** Ganeti's validity: five years without their leap days. */
export const certificateDays = 5 * 365;

export interface ClusterSecretsRequest {
  readonly clusterName: string;
  readonly clusterUuid: ClusterUuid;
  /** The master, on whose disk all this is made. */
  readonly node: { readonly uuid: NodeUuid; readonly name: string; readonly addresses: readonly string[] };
  readonly now: Date;
  /** What to make anew although it is there. A new cluster certificate renews what it signs. */
  readonly renew?: {
    readonly cluster?: boolean;
    readonly node?: boolean;
    readonly client?: boolean;
    readonly rapi?: boolean;
    readonly spice?: boolean;
    readonly hmac?: boolean;
    readonly clusterDomainSecret?: boolean;
  };
  /** The administrator's own; they win over `renew`. */
  readonly supplied?: SuppliedSecrets;
}

/** Durable when it resolves. Throws WRONG_INPUT for what is supplied and cannot be used; then nothing was changed. */
export async function createClusterSecrets(state: State, request: ClusterSecretsRequest): Promise<void> {
  requireUsable(request.supplied ?? {}, request.now);
  await settleAll([
    ensureClusterIdentity(state, request),
    ensureSpice(state, request),
    ensureRapi(state, request),
    ensureKeyText(state, request, 'hmacKey', request.renew?.hmac),
    ensureKeyText(state, request, 'clusterDomainSecret', request.renew?.clusterDomainSecret),
  ]);
}

async function ensureClusterIdentity(state: State, request: ClusterSecretsRequest): Promise<void> {
  const isNew = request.renew?.cluster === true || (await read(state, 'serverPem')) === undefined;
  const issuer = isNew ? await createClusterKey(request) : await readClusterKey(state);
  const put = (name: SecretName, text: string) => writeSecret(state, name, text, request.now);
  if (isNew || request.renew?.node || !(await isNodeOf(state, issuer, request)))
    await put('nodePem', await signedPem(createEcKeyPair().privateKeyPem, issuer, request));
  if (isNew || request.renew?.client || (await isForeignClient(state, issuer)))
    await put('clientPem', await signedPem((await createRsaKeyPair()).privateKeyPem, issuer, request));
  if (isNew) await put('serverPem', pem(issuer.privateKeyPem, issuer.certificatePem));
}

/** Whose name is in a certificate that is made for the cluster, and when. */
export type ServiceNames = Pick<ClusterSecretsRequest, 'clusterName' | 'now'>;

/** A new cluster certificate and its key, on no disk yet. */
export async function createClusterKey({ clusterName, now }: ServiceNames): Promise<ClusterKey> {
  const { privateKeyPem } = await createRsaKeyPair();
  const wanted = { privateKeyPem, commonName: clusterName, now, days: certificateDays };
  const certificatePem = await createClusterCertificate(wanted);
  return { privateKeyPem, certificatePem };
}

async function signedPem(
  privateKeyPem: string,
  issuer: ClusterKey,
  { clusterUuid, node, now }: ClusterSecretsRequest,
): Promise<string> {
  const certificatePem = await signNodeCertificate({
    request: await createCertificateRequest({ privateKeyPem, commonName: node.name }),
    issuer,
    name: node.name,
    addresses: node.addresses,
    clusterUuid,
    nodeUuid: node.uuid,
    now,
    days: certificateDays,
  });
  return pem(privateKeyPem, certificatePem);
}

/** Whether node.pem is there, signed by this issuer, and speaks of this node. */
async function isNodeOf(state: State, issuer: ClusterKey, request: ClusterSecretsRequest): Promise<boolean> {
  const certificate = splitPem((await read(state, 'nodePem')) ?? '').certificatePem;
  if (certificate === undefined || !isSigned(certificate, issuer.certificatePem)) return false;
  const identity = describeCertificate(certificate).nodeIdentity;
  return identity?.nodeUuid === request.node.uuid && identity.clusterUuid === request.clusterUuid;
}

/** A missing client.pem alone is not made (BEH-172); one that another key signed is what a crash left. */
async function isForeignClient(state: State, issuer: ClusterKey): Promise<boolean> {
  const text = await read(state, 'clientPem');
  if (text === undefined) return false;
  return !isSigned(splitPem(text).certificatePem, issuer.certificatePem);
}

/** A certificate that cannot be read is signed by nobody. */
function isSigned(certificatePem: string | undefined, authorityPem: string): boolean {
  try {
    return certificatePem !== undefined && issuedBy(certificatePem, authorityPem);
  } catch {
    return false;
  }
}

async function ensureRapi(state: State, request: ClusterSecretsRequest): Promise<void> {
  const supplied = request.supplied?.rapi?.text;
  if (supplied === undefined && !request.renew?.rapi && (await read(state, 'rapiPem')) !== undefined) return;
  await writeSecret(state, 'rapiPem', supplied ?? (await createSelfSignedPem(request)), request.now);
}

async function ensureSpice(state: State, request: ClusterSecretsRequest): Promise<void> {
  const present = await read(state, 'spicePem');
  const isKept = !request.supplied?.spice && !request.renew?.spice && present !== undefined;
  const text = isKept
    ? present
    : (request.supplied?.spice?.pair.text ?? (await createSelfSignedPem(request)));
  const caPem = request.supplied?.spice?.ca.text ?? splitPem(text).certificatePem;
  if (isKept && !(await isCutShort(state, text))) return;
  if (caPem) await writeSecret(state, 'spiceCaPem', caPem, request.now);
  await writeSecret(state, 'spicePem', text, request.now);
}

/**
 * Whether spice-ca.pem is from another run than a spice.pem that signed itself. A missing one alone is left
 * missing (BEH-176).
 */
async function isCutShort(state: State, spicePem: string): Promise<boolean> {
  const ca = await read(state, 'spiceCaPem');
  const own = splitPem(spicePem).certificatePem;
  return ca !== undefined && own !== undefined && isSelfSigned(own) && !ca.includes(own.trimEnd());
}

/** By its names: a certificate that may not sign others does not count as its own issuer for OpenSSL. */
function isSelfSigned(certificatePem: string): boolean {
  const { subject, issuer } = describeCertificate(certificatePem);
  return subject === issuer;
}

/** Key and certificate of one service, on no disk yet. */
export async function createSelfSignedPem({ clusterName, now }: ServiceNames): Promise<string> {
  const { privateKeyPem } = await createRsaKeyPair();
  const options = { privateKeyPem, commonName: clusterName, now, days: certificateDays };
  return pem(privateKeyPem, await createSelfSignedCertificate(options));
}

async function ensureKeyText(
  state: State,
  request: ClusterSecretsRequest,
  name: 'hmacKey' | 'clusterDomainSecret',
  isRenewed: boolean | undefined,
): Promise<void> {
  const supplied = name === 'clusterDomainSecret' ? request.supplied?.clusterDomainSecret?.text : undefined;
  if (supplied === undefined && !isRenewed && (await read(state, name)) !== undefined) return;
  await writeSecret(state, name, supplied ?? hmacKeyText(), request.now);
}

const read = (state: State, name: SecretName) => state.files.readText(state.layout[name].path);

/** Ganeti's layout: key first. */
const pem = (privateKeyPem: string, certificatePem: string): string =>
  `${privateKeyPem.trimEnd()}\n${certificatePem.trimEnd()}\n`;
