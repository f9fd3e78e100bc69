/**
 * A node's half of a renewal: what it was handed waits in one file until it is put in place, and what that replaced
 * waits there until the renewal is over, so that every step can be repeated, finished after a crash, or taken back.
 *
 *                     prepare            switch                    finish
 *   nothing ─────────▶ prepared ────────▶ switching ─▶ switched ──▶ nothing
 *      ▲                  │                              │
 *      └──── restore ─────┴───────────── restoring ◀─────┘
 *
 * From prepare to the end `trusted.pem` names the old and the new cluster certificate, so that a daemon that reads the
 * files between two writes finds a set that fits together. Nothing goes to the backups: an old cluster key ends with
 * the renewal.
 *
 * Counterpart in Ganeti: tools/ssl-update, which wants the cluster stopped.
 */
import { ClusterError } from '@quorate/domain/errors';
import { renewedFiles, type RenewedFile } from '@quorate/domain/renewal-items';
import { mapOf, object, oneOf, optional, orNull, parseShaped, text } from '@quorate/domain/shape';
import { createCertificateRequest } from '@quorate/platform/certificate-request';
import {
  keyFits,
  createEcKeyPair,
  createRsaKeyPair,
  describeCertificate,
  issuedBy,
  splitPem,
} from '@quorate/platform/certificates';
import { sha256Hex } from '@quorate/platform/digest';
import type { LayoutName } from './layout.ts';
import {
  keepNewSshPair,
  placeSshPair,
  putBackSshPair,
  type SshPairRenewal,
  sshPairRenewal,
  withPresentPair,
} from './node-ssh-renewal.ts';
import { readNodeIdentity } from './secrets.ts';
import { ensureText, type State } from './state.ts';

const places = {
  'rapi.pem': 'rapiPem',
  'spice-ca.pem': 'spiceCaPem',
  'spice.pem': 'spicePem',
  'hmac.key': 'hmacKey',
  'cluster-domain-secret': 'clusterDomainSecret',
  'client.pem': 'clientPem',
  'node.pem': 'nodePem',
  // Last: whoever reads in between finds both cluster certificates in trusted.pem.
  'server.pem': 'serverPem',
} as const satisfies Record<RenewedFile | 'client.pem' | 'node.pem', LayoutName>;

type PlacedFile = keyof typeof places;
const placedFiles = Object.keys(places) as readonly PlacedFile[];

type Staged = Readonly<Partial<Record<PlacedFile, string>>>;

interface Certification {
  readonly nodeKeyPem: string;
  readonly clientKeyPem: string;
  readonly certificateRequest: string;
  readonly clientCertificateRequest: string;
}

export interface NodeRenewal {
  readonly id: string;
  readonly stage: 'prepared' | 'switching' | 'switched' | 'restoring';
  /** To be put in place at the switch. */
  readonly staged: Staged;
  /** What the switch replaced; null for a file that was not there. */
  readonly previous: Readonly<Partial<Record<PlacedFile, string | null>>>;
  /** Keys made here, and the requests for their certificates; null if no certificate of this node is renewed. */
  readonly certification: Certification | null;
  /** Absent if root's SSH keys stay. */
  readonly ssh?: SshPairRenewal;
}

/** The renewal this node takes part in. Throws STATE_CORRUPT. */
export async function readNodeRenewal({ files, layout }: State): Promise<NodeRenewal | undefined> {
  const { path } = layout.renewalFile;
  const json = await files.readText(path);
  if (json === undefined) return undefined;
  return parseShaped(json, renewalShape, path, 'STATE_CORRUPT') as NodeRenewal;
}

const writeNodeRenewal = (state: State, renewal: NodeRenewal): Promise<unknown> =>
  ensureText(state, state.layout.renewalFile, `${JSON.stringify(renewal)}\n`);

export interface Preparation {
  readonly id: string;
  /** Every cluster certificate that counts from now on, PEM; none if the cluster certificate stays. */
  readonly authorityPems: readonly string[];
  /** Name in the data directory → text. */
  readonly files: Readonly<Record<string, string>>;
  /** Whether this node is to ask for new certificates, under this name. */
  readonly certificatesFor: string | null;
  /** Made for it just now, if this node had none yet (newSshPair). */
  readonly sshPair?: SshPairRenewal | undefined;
}

/**
 * Keeps what it is handed until the switch, and trusts the new cluster certificate from now on. Throws WRONG_INPUT for
 * what is not of a renewal, OPERATION_IN_PROGRESS while another one has switched here.
 */
export async function prepareRenewal(state: State, wanted: Preparation): Promise<NodeRenewal> {
  const known = await readNodeRenewal(state);
  if (known && known.id !== wanted.id && known.stage !== 'prepared') throw another(known);
  if (known?.id === wanted.id && known.stage !== 'prepared') return known;
  const staged = stagedFrom(wanted);
  await assertTrustsItself(state, wanted);
  const earlier = known?.id === wanted.id ? known : undefined;
  const ssh = earlier?.ssh ?? wanted.sshPair;
  const renewal: NodeRenewal = {
    id: wanted.id,
    stage: 'prepared',
    staged,
    previous: {},
    certification: await certificationFor(earlier, wanted.certificatesFor),
    ...(ssh && { ssh }),
  };
  await writeNodeRenewal(state, renewal);
  await setTrusted(state, wanted.authorityPems);
  return renewal;
}

function stagedFrom({ files }: Preparation): Staged {
  const unknown = Object.keys(files).filter((name) => !renewedFiles.some((file) => file === name));
  if (unknown.length > 0) throw refused(`these files are not renewed: ${unknown.join(', ')}`);
  const serverPem = files['server.pem'];
  if (serverPem !== undefined) assertPem('server.pem', serverPem);
  return files;
}

/** Keys are made once for each renewal: the certificate of an earlier request must still fit. */
async function certificationFor(
  known: NodeRenewal | undefined,
  name: string | null,
): Promise<Certification | null> {
  if (name === null) return null;
  if (known?.certification) return known.certification;
  const nodeKeyPem = createEcKeyPair().privateKeyPem;
  const clientKeyPem = (await createRsaKeyPair()).privateKeyPem;
  return {
    nodeKeyPem,
    clientKeyPem,
    certificateRequest: await createCertificateRequest({ privateKeyPem: nodeKeyPem, commonName: name }),
    clientCertificateRequest: await createCertificateRequest({
      privateKeyPem: clientKeyPem,
      commonName: name,
    }),
  };
}

/** Whoever does not count its own certificate any more would be a stranger to itself. */
async function assertTrustsItself(state: State, { authorityPems }: Preparation): Promise<void> {
  if (authorityPems.length === 0) return;
  const { certificatePem } = await readNodeIdentity(state);
  if (authorityPems.some((authority) => issuedBy(certificatePem, authority))) return;
  throw refused('none of its cluster certificates signed the present certificate of this node');
}

export interface SignedCertificates {
  readonly nodeCertificate: string;
  readonly clientCertificate: string;
  /** Links the new cluster certificate to the old one; empty if that stays. */
  readonly linkPem: string;
}

/**
 * Puts in place what was prepared, with the certificates that were made for this node's requests. Throws WRONG_INPUT
 * for certificates that do not fit, or where nothing was prepared.
 */
export async function switchRenewal(
  state: State,
  id: string,
  signed: SignedCertificates | null,
): Promise<NodeRenewal> {
  const known = await readNodeRenewal(state);
  if (known?.id !== id || known.stage === 'restoring')
    throw refused('this node has not prepared that renewal');
  if (known.stage === 'switched') return known;
  if (known.stage === 'switching') return placeStaged(state, known);
  const staged = { ...known.staged, ...(await ownFiles(state, known, signed)) };
  const previous: Record<string, string | null> = {};
  for (const name of placedFiles)
    if (staged[name] !== undefined) previous[name] = (await readPlaced(state, name)) ?? null;
  const ssh = known.ssh && (await withPresentPair(state, known.ssh));
  return placeStaged(state, { ...known, stage: 'switching', staged, previous, ...(ssh && { ssh }) });
}

/** The intention is on disk before the first file is touched. */
async function placeStaged(state: State, switching: NodeRenewal): Promise<NodeRenewal> {
  await writeNodeRenewal(state, switching);
  for (const name of placedFiles) {
    const text = switching.staged[name];
    if (text !== undefined) await ensureText(state, state.layout[places[name]], text);
  }
  if (switching.ssh) await placeSshPair(state, switching.ssh);
  const switched: NodeRenewal = { ...switching, stage: 'switched' };
  await writeNodeRenewal(state, switched);
  return switched;
}

async function ownFiles(
  state: State,
  { certification, staged }: NodeRenewal,
  signed: SignedCertificates | null,
): Promise<Staged> {
  if (!certification) return {};
  if (!signed) throw refused('it brings no certificate for the request of this node');
  const { nodeKeyPem, clientKeyPem } = certification;
  const authority = splitPem(
    staged['server.pem'] ?? (await readPlaced(state, 'server.pem')) ?? '',
  ).certificatePem;
  const own = await readNodeIdentity(state);
  const given = [
    ['node certificate', signed.nodeCertificate, nodeKeyPem],
    ['client certificate', signed.clientCertificate, clientKeyPem],
  ] as const;
  for (const [what, certificate, key] of given) {
    const facts = assertPem(what, certificate);
    if (!keyFits(key, certificate)) throw refused(`its ${what} is not for the key of this node`);
    if (!authority || !issuedBy(certificate, authority))
      throw refused(`its ${what} was not signed by the cluster certificate to come`);
    if (facts.nodeIdentity?.nodeUuid !== own.nodeUuid || facts.nodeIdentity.clusterUuid !== own.clusterUuid)
      throw refused(`its ${what} names another node`);
  }
  return {
    'node.pem': joined(nodeKeyPem, signed.nodeCertificate, signed.linkPem),
    'client.pem': joined(clientKeyPem, signed.clientCertificate),
  };
}

/**
 * Ends it: with `new` the old cluster certificate counts no more, with `old` everything is as it was before. Nothing
 * to end is fine. Throws WRONG_INPUT for `new` where the switch has not been made.
 */
export async function finishRenewal(state: State, id: string, keep: 'new' | 'old'): Promise<void> {
  const known = await readNodeRenewal(state);
  if (!known) return forgetStrayTrust(state);
  if (known.id !== id) return;
  if (keep === 'new') {
    if (known.stage !== 'switched') throw refused('this node has not switched to what is to be kept');
    await withoutLink(state);
    await keepNewSshPair(state);
  } else await restore(state, known);
  await forget(state);
}

async function restore(state: State, known: NodeRenewal): Promise<void> {
  if (known.stage === 'prepared') return;
  await writeNodeRenewal(state, { ...known, stage: 'restoring' });
  for (const name of placedFiles) {
    const before = known.previous[name];
    const entry = state.layout[places[name]];
    if (before === null) await state.files.remove(entry.path);
    else if (before !== undefined) await ensureText(state, entry, before);
  }
  if (known.ssh) await putBackSshPair(state, known.ssh);
}

/** Trust goes after what needed it, and the memory of the renewal last. */
async function forget({ files, layout }: State): Promise<void> {
  await files.remove(layout.trustedPem.path);
  await files.remove(layout.renewalFile.path);
}

/** Of a node that joined while the cluster certificate was renewed, and took part in it no further. */
async function forgetStrayTrust(state: State): Promise<void> {
  const own = splitPem((await readPlaced(state, 'node.pem')) ?? '').certificatePem;
  const authority = splitPem((await readPlaced(state, 'server.pem')) ?? '').certificatePem;
  if (own && authority && issuedBy(own, authority)) await state.files.remove(state.layout.trustedPem.path);
}

/** The link is for those that know the old cluster certificate only, and nobody is served by it any more. */
async function withoutLink(state: State): Promise<void> {
  const { privateKeyPem = '', certificatePem = '' } = splitPem((await readPlaced(state, 'node.pem')) ?? '');
  await ensureText(state, state.layout.nodePem, joined(privateKeyPem, certificatePem));
}

/** After a crash in the middle of putting files in place, or back. For the start of the node daemon. */
export async function completeRenewal(state: State): Promise<void> {
  const known = await readNodeRenewal(state);
  if (known?.stage === 'switching') await placeStaged(state, known);
  if (known?.stage === 'restoring') {
    await restore(state, known);
    await forget(state);
  }
}

/** For a node that is no candidate any more: what it goes on with, or back to, holds no cluster key. */
export async function dropRenewalKeys(state: State): Promise<void> {
  const known = await readNodeRenewal(state);
  if (known)
    await writeNodeRenewal(state, {
      ...known,
      staged: withoutClusterKey(known.staged),
      previous: withoutClusterKey(known.previous),
    });
}

function withoutClusterKey<T extends Readonly<Partial<Record<PlacedFile, string | null>>>>(files: T): T {
  const { certificatePem } = splitPem(files['server.pem'] ?? '');
  return certificatePem === undefined ? files : { ...files, 'server.pem': certificatePem };
}

/**
 * Fingerprints of what waits here or was put in place, by name: of a certificate its SHA-256, of other files that of
 * their text.
 */
export const fingerprintsOf = (files: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(files).flatMap(([name, content]) =>
      renewedFiles.some((file) => file === name) ? [[name, fingerprint(name, content)]] : [],
    ),
  );

/** server.pem has its key on candidates only, and is the same there as elsewhere. */
const fingerprint = (name: string, content: string): string =>
  name === 'server.pem' ? assertPem(name, content).sha256 : sha256Hex(content);

const setTrusted = async (state: State, authorityPems: readonly string[]): Promise<void> => {
  if (authorityPems.length === 0) return state.files.remove(state.layout.trustedPem.path);
  await ensureText(state, state.layout.trustedPem, joined(...authorityPems));
};

const readPlaced = (state: State, name: PlacedFile) => state.files.readText(state.layout[places[name]].path);

const joined = (...pems: readonly string[]): string =>
  pems
    .filter((pem) => pem.trim() !== '')
    .map((pem) => `${pem.trim()}\n`)
    .join('');

function assertPem(what: string, pem: string): ReturnType<typeof describeCertificate> {
  try {
    return describeCertificate(splitPem(pem).certificatePem ?? '');
  } catch {
    throw refused(`its ${what} holds no certificate`);
  }
}

const refused = (why: string): ClusterError =>
  new ClusterError('WRONG_INPUT', `What the master sent for a renewal cannot be used: ${why}`);

const another = ({ id }: NodeRenewal): ClusterError =>
  new ClusterError('OPERATION_IN_PROGRESS', 'This node has not ended an earlier renewal', { facts: { id } });

const renewalShape = object({
  id: text,
  stage: oneOf('prepared', 'switching', 'switched', 'restoring'),
  staged: mapOf(text),
  previous: mapOf(orNull(text)),
  certification: orNull(
    object({
      nodeKeyPem: text,
      clientKeyPem: text,
      certificateRequest: text,
      clientCertificateRequest: text,
    }),
  ),
  ssh: optional(sshPairRenewal),
});
