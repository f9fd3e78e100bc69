/**
 * The secrets on this node's disk: reading the two identities, writing any of them. A secret has its final
 * mode from the first instant, and what it replaces is kept as a backup.
 *
 * Making the cluster's secrets is in cluster-secrets.ts.
 */
import { ClusterError } from '@quorate/domain/errors';
import type { ClusterUuid, NodeUuid } from '@quorate/domain/roster';
import { certificatesIn, describeCertificate, issuedBy, splitPem } from '@quorate/platform/certificates';
import { systemClock } from '@quorate/platform/clock';
import { randomHex } from '@quorate/platform/digest';
import { backUp } from './backups.ts';
import type { LayoutEntry } from './layout.ts';
import { notInCluster } from './roster-store.ts';
import { ensureText, type State } from './state.ts';

export const secretNames = [
  'serverPem',
  'clientPem',
  'nodePem',
  'rapiPem',
  'spicePem',
  'spiceCaPem',
  'hmacKey',
  'clusterDomainSecret',
] as const;
export type SecretName = (typeof secretNames)[number];

/** Writes one secret if it differs. Durable when it resolves. */
export const writeSecret = (state: State, name: SecretName, text: string, now?: Date): Promise<void> =>
  replaceSecret(state, state.layout[name], text, now);

async function replaceSecret(
  state: State,
  entry: LayoutEntry,
  text: string,
  now = systemClock.now(),
): Promise<void> {
  const before = await state.files.readText(entry.path);
  if (before !== undefined && before !== text) await backUp(state, entry.path, before, now);
  await ensureText(state, entry, text);
}

/** 160 random bits as Ganeti writes them: 40 lower-case hex characters and a newline. */
export const hmacKeyText = (): string => `${randomHex(20)}\n`;

/** GenerateHmacKey: a new key at any path, 0400 unless said otherwise, the old one backed up. */
export const generateHmacKey = (state: State, path: string, mode = 0o400, now?: Date): Promise<void> =>
  replaceSecret(state, { path, mode }, hmacKeyText(), now);

export interface NodeIdentity {
  /** The cluster certificates that count, one after the other. */
  readonly caPem: string;
  /** The node's own, and behind it what links it to the old cluster certificate while that is renewed. */
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  readonly clusterUuid: ClusterUuid;
  readonly nodeUuid: NodeUuid;
}

/**
 * Who this node is on the wire: node.pem, and the cluster certificates to judge others by, that of server.pem first.
 * There are several only while the cluster certificate is renewed. Files that are replaced while they are read are read
 * again. Throws NOT_IN_CLUSTER if either file is missing, STATE_CORRUPT if they are not a pair of one cluster.
 */
export async function readNodeIdentity(state: State): Promise<NodeIdentity> {
  for (let texts = await identityTexts(state); ;) {
    try {
      return identityIn(state, texts);
    } catch (error) {
      const again = await identityTexts(state);
      if (again.every((text, at) => text === texts[at])) throw error;
      texts = again;
    }
  }
}

type IdentityTexts = readonly [node: string | undefined, server: string | undefined, trusted: string];

async function identityTexts({ files, layout }: State): Promise<IdentityTexts> {
  const server = await files.readText(layout.serverPem.path);
  const trusted = (await files.readText(layout.trustedPem.path)) ?? '';
  return [await files.readText(layout.nodePem.path), server, trusted];
}

function identityIn({ layout }: State, [node, server, trusted]: IdentityTexts): NodeIdentity {
  const { nodePem, serverPem } = layout;
  const authorities = [...new Set([pemIn(serverPem, server).certificatePem, ...certificatesIn(trusted)])];
  const { certificatePem, privateKeyPem, text } = pemIn(nodePem, node);
  if (!privateKeyPem) throw unusable(nodePem.path, 'it holds no private key');
  const { nodeIdentity } = readable(nodePem.path, () => describeCertificate(certificatePem));
  if (!nodeIdentity) throw unusable(nodePem.path, 'its certificate names no node of a cluster');
  const isSigned = () => authorities.some((authority) => issuedBy(certificatePem, authority));
  if (!readable(serverPem.path, isSigned))
    throw unusable(nodePem.path, `its certificate was not signed with ${serverPem.path}`);
  const chain = certificatesIn(text).join('');
  return { caPem: authorities.join(''), certificatePem: chain, privateKeyPem, ...nodeIdentity };
}

export interface ClusterKey {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** What signs node certificates. Throws NOT_IN_CLUSTER, or NOT_A_MASTER_CANDIDATE where its key does not lie. */
export async function readClusterKey(state: State): Promise<ClusterKey> {
  const { path } = state.layout.serverPem;
  const { certificatePem, privateKeyPem } = await readPem(state, state.layout.serverPem);
  if (privateKeyPem) return { certificatePem, privateKeyPem };
  throw new ClusterError(
    'NOT_A_MASTER_CANDIDATE',
    `${path} has no private key: this node is no master candidate`,
    {
      facts: { path },
    },
  );
}

export interface CertificateDigests {
  /** Of node.pem, lower-case hex: what we pin. */
  readonly certificateSha256: string;
  /** Of client.pem, upper-case colon form: what Ganeti pins in `candidate_certs`. */
  readonly clientCertificateSha1: string;
}

/** The digests by which the configuration knows this node. Throws NOT_IN_CLUSTER if a certificate is missing. */
export async function readCertificateDigests(state: State): Promise<CertificateDigests> {
  const node = await describe(state, state.layout.nodePem);
  const client = await describe(state, state.layout.clientPem);
  return { certificateSha256: node.sha256, clientCertificateSha1: client.sha1Colon };
}

async function describe(state: State, entry: LayoutEntry): Promise<ReturnType<typeof describeCertificate>> {
  const { certificatePem } = await readPem(state, entry);
  return readable(entry.path, () => describeCertificate(certificatePem));
}

const readPem = async ({ files }: State, entry: LayoutEntry) =>
  pemIn(entry, await files.readText(entry.path));

function pemIn({ path }: LayoutEntry, text: string | undefined) {
  if (text === undefined) throw notInCluster(path);
  const { certificatePem, privateKeyPem } = readable(path, () => splitPem(text));
  if (!certificatePem) throw unusable(path, 'it holds no certificate');
  return { certificatePem, privateKeyPem, text };
}

function readable<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw unusable(path, (cause as Error).message, cause);
  }
}

const unusable = (path: string, why: string, cause?: unknown): ClusterError =>
  new ClusterError('STATE_CORRUPT', `${path} cannot be used: ${why}`, {
    hint: 'Restore it from a backup, or take this node out of the cluster and add it again',
    facts: { path },
    cause,
  });
