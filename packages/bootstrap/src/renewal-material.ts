/**
 * What a renewal puts in place on every node: made, or taken from the administrator, on the master; kept on candidates.
 *
 * Counterpart in Ganeti: GenerateClusterCrypto of lib/bootstrap.py, as renew-crypto calls it.
 */
import {
  createClusterKey,
  createSelfSignedPem,
  type ServiceNames,
} from '@quorate/cluster-state/cluster-secrets';
import { fingerprintsOf, readNodeRenewal } from '@quorate/cluster-state/node-renewal';
import { hmacKeyText, readClusterKey, type ClusterKey } from '@quorate/cluster-state/secrets';
import type { State } from '@quorate/cluster-state/state';
import { requireUsable, type SuppliedFile } from '@quorate/cluster-state/supplied-secrets';
import { certificateLifeSeconds } from '@quorate/domain/certificate-renewal';
import type { ClusterRecord, Draft, NodeObject } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import type { Authorities } from '@quorate/domain/renewal';
import { renewalItems, type RenewalItem } from '@quorate/domain/renewal-items';
import {
  createLinkCertificate,
  describeCertificate,
  signNodeCertificate,
  splitPem,
} from '@quorate/platform/certificates';

/** File name → text; server.pem with its key. */
export type Material = Readonly<Record<string, string>>;

export interface MaterialRequest {
  readonly items: readonly RenewalItem[];
  /** The administrator's own, by file name. */
  readonly supplied: Material;
  readonly now: Date;
}

export interface NewMaterial {
  readonly material: Material;
  readonly authorities: Authorities | null;
  readonly fingerprints: Readonly<Record<string, string>>;
}

/** Throws WRONG_INPUT for supplied files that are not what they must be, NOT_A_MASTER_CANDIDATE without the key. */
export async function makeMaterial(
  state: State,
  { configuration }: ClusterRecord,
  { items, supplied, now }: MaterialRequest,
): Promise<NewMaterial> {
  const names: ServiceNames = { clusterName: configuration.cluster.cluster_name, now };
  const own = checkedSupply(items, supplied, now);
  const material: Record<string, string> = {};
  for (const item of items) Object.assign(material, await makers[item](names, own));
  const authorities = await authoritiesOf(state, material, now);
  return { material, authorities, fingerprints: fingerprintsOf(material) };
}

const makers: Readonly<Record<RenewalItem, (names: ServiceNames, supplied: Material) => Promise<Material>>> =
  {
    'cluster-certificate': async (names) => ({ 'server.pem': pairText(await createClusterKey(names)) }),
    'node-certificates': () => Promise.resolve({}),
    'rapi-certificate': async (names, { 'rapi.pem': own }) => ({
      'rapi.pem': own ?? (await createSelfSignedPem(names)),
    }),
    'spice-certificate': async (names, { 'spice.pem': own, 'spice-ca.pem': ca }) => {
      const pem = own ?? (await createSelfSignedPem(names));
      return { 'spice.pem': pem, 'spice-ca.pem': ca ?? splitPem(pem).certificatePem ?? '' };
    },
    'hmac-key': () => Promise.resolve({ 'hmac.key': hmacKeyText() }),
    'cluster-domain-secret': (_, { 'cluster-domain-secret': own }) =>
      Promise.resolve({ 'cluster-domain-secret': own ?? hmacKeyText() }),
    // Every node makes its own, and nobody else ever has it.
    'ssh-keys': () => Promise.resolve({}),
  };

/**
 * The administrator's own files: only of what is renewed, only those an administrator may bring, and each usable. Throws
 * WRONG_INPUT (BEH-282).
 */
export function checkedSupply(items: readonly RenewalItem[], supplied: Material, now: Date): Material {
  const expected: readonly string[] = items.flatMap((item) => [...renewalItems[item].files]);
  const stray = Object.keys(supplied).filter((name) => name === 'server.pem' || !expected.includes(name));
  if (stray.length > 0) throw refused(`What was given for ${stray.join(', ')} is no part of this renewal`);
  if ('spice.pem' in supplied !== 'spice-ca.pem' in supplied)
    throw refused('The SPICE certificate and that of its authority must be given together');
  const given = (name: string): SuppliedFile => ({
    file: `The file for ${name}`,
    text: supplied[name] ?? '',
  });
  requireUsable(
    {
      ...('rapi.pem' in supplied && { rapi: given('rapi.pem') }),
      ...('spice.pem' in supplied && { spice: { pair: given('spice.pem'), ca: given('spice-ca.pem') } }),
      ...('cluster-domain-secret' in supplied && { clusterDomainSecret: given('cluster-domain-secret') }),
    },
    now,
  );
  return supplied;
}

const refused = (why: string): ClusterError => new ClusterError('WRONG_INPUT', why);

async function authoritiesOf(state: State, material: Material, now: Date): Promise<Authorities | null> {
  const renewed = splitPem(material['server.pem'] ?? '').certificatePem;
  if (renewed === undefined) return null;
  const present = await readClusterKey(state);
  return {
    old: describeCertificate(present.certificatePem).sha256,
    new: describeCertificate(renewed).sha256,
    pems: [present.certificatePem, renewed],
    linkPem: await createLinkCertificate({ certificatePem: renewed, issuer: present, now }),
  };
}

/** What one node gets of it: the cluster key goes to candidates only. */
export function materialFor(candidate: boolean, material: Material): Material {
  const { 'server.pem': serverPem, ...shared } = material;
  if (serverPem === undefined) return shared;
  return { ...shared, 'server.pem': candidate ? serverPem : (splitPem(serverPem).certificatePem ?? '') };
}

/** What waits on this node's own disk of a renewal; undefined if nothing does, or the key is missing. */
export async function ownMaterial(state: State, id: string): Promise<Material | undefined> {
  const known = await readNodeRenewal(state);
  if (known?.id !== id) return undefined;
  const { 'node.pem': _node, 'client.pem': _client, ...material } = known.staged;
  const serverPem = material['server.pem'];
  const isWhole = serverPem === undefined || splitPem(serverPem).privateKeyPem !== undefined;
  return isWhole ? material : undefined;
}

export interface CertificateRequests {
  readonly certificateRequest: string;
  readonly clientCertificateRequest: string;
}

/** Signs with the cluster key that is to count, or the present one if that stays. */
export async function signForNode(
  state: State,
  draft: Draft,
  material: Material,
  node: NodeObject,
  { certificateRequest, clientCertificateRequest }: CertificateRequests,
  now: Date,
): Promise<{ nodeCertificate: string; clientCertificate: string }> {
  const issuer = issuerIn(material) ?? (await readClusterKey(state));
  const { cluster } = draft.configuration;
  const lifeMs = certificateLifeSeconds(draft.ours.parameters) * 1_000;
  const leftMs = describeCertificate(issuer.certificatePem).notAfter.getTime() - now.getTime();
  const sign = (request: string): Promise<string> =>
    signNodeCertificate({
      request,
      issuer,
      name: node.name,
      addresses: [...new Set([node.primary_ip, node.secondary_ip])],
      clusterUuid: cluster.uuid,
      nodeUuid: node.uuid,
      now,
      days: Math.min(lifeMs, leftMs) / dayMs,
    });
  return {
    nodeCertificate: await sign(certificateRequest),
    clientCertificate: await sign(clientCertificateRequest),
  };
}

const dayMs = 86_400_000;

function issuerIn(material: Material): ClusterKey | undefined {
  const { certificatePem, privateKeyPem } = splitPem(material['server.pem'] ?? '');
  return certificatePem && privateKeyPem ? { certificatePem, privateKeyPem } : undefined;
}

const pairText = ({ privateKeyPem, certificatePem }: ClusterKey): string =>
  `${privateKeyPem.trimEnd()}\n${certificatePem.trimEnd()}\n`;
