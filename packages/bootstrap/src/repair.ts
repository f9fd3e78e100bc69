/**
 * The way back when certificates have ended, or a node came back too late to catch up: by hand, with no daemon's help.
 *
 *   node                          candidate (it holds the cluster key and the configuration)
 *   request ── keys made here ──▶ sign
 *   install ◀─ certificates, ──── and what all nodes share
 *
 * What travels goes through the administrator's own SSH, which knows both hosts; the cluster key only to candidates. The
 * daemons take the new files over by themselves, and the master then names the new certificates in the configuration: it
 * believes what it signed itself, and what it was told of when it was repaired (cluster-state/repairs.ts).
 *
 * Counterpart in Ganeti: none; renew-crypto needs certificates that count (spec C7, C12).
 */
import { certificateDays } from '@quorate/cluster-state/cluster-secrets';
import {
  completeRenewal,
  finishRenewal,
  prepareRenewal,
  readNodeRenewal,
  switchRenewal,
} from '@quorate/cluster-state/node-renewal';
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import { noteRepairs } from '@quorate/cluster-state/repairs';
import { readRoster } from '@quorate/cluster-state/roster-store';
import { readClusterKey, readNodeIdentity, type ClusterKey } from '@quorate/cluster-state/secrets';
import type { State } from '@quorate/cluster-state/state';
import { certificateLimits, daysLeft } from '@quorate/domain/certificate-life';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import { renewalItems, type RenewedFile } from '@quorate/domain/renewal-items';
import { nodeByUuid, type NodeUuid } from '@quorate/domain/roster';
import { filledText, mapOf, object, parseShaped, text } from '@quorate/domain/shape';
import {
  certificatesIn,
  createClusterCertificate,
  describeCertificate,
} from '@quorate/platform/certificates';
import { randomUuid } from '@quorate/platform/digest';
import { materialFor, signForNode, type Material } from './renewal-material.ts';

export interface RepairRequest {
  readonly id: string;
  readonly nodeUuid: string;
  readonly certificateRequest: string;
  readonly clientCertificateRequest: string;
}

export interface RepairPayload {
  readonly id: string;
  readonly nodeCertificate: string;
  readonly clientCertificate: string;
  /** Name in the data directory → text. */
  readonly files: Material;
  /** SHA-256 of what the signing host shows, and of what it has signed last, by node. */
  readonly repaired: Readonly<Record<NodeUuid, string>>;
}

/** On the node: makes keys, which stay here. A renewal that was left half done is ended first. */
export async function requestRepair(state: State): Promise<RepairRequest> {
  const { nodeUuid } = await readNodeIdentity(state);
  const node = nodeByUuid(await readRoster(state), nodeUuid);
  if (!node) throw new ClusterError('NODE_UNKNOWN', 'The roster of this host does not name it');
  await endLeftOver(state);
  const id = randomUuid();
  const preparation = { id, authorityPems: [], files: {}, certificatesFor: node.name };
  const { certification } = await prepareRenewal(state, preparation);
  const { certificateRequest = '', clientCertificateRequest = '' } = certification ?? {};
  return { id, nodeUuid, certificateRequest, clientCertificateRequest };
}

async function endLeftOver(state: State): Promise<void> {
  await completeRenewal(state);
  const known = await readNodeRenewal(state);
  if (known) await finishRenewal(state, known.id, known.stage === 'switched' ? 'new' : 'old');
}

/** On a candidate: throws NOT_A_MASTER_CANDIDATE where the key or the configuration does not lie, NODE_UNKNOWN. */
export async function signRepair(state: State, request: RepairRequest, now: Date): Promise<RepairPayload> {
  const record = await requireRecord(state);
  const node = record.configuration.nodes[request.nodeUuid];
  if (!node) throw new ClusterError('NODE_UNKNOWN', 'The host that asks is no node of this cluster');
  const isCandidate = node.master_candidate || node.uuid === record.configuration.cluster.master_node;
  const issuer = await lastingClusterKey(state, now);
  const material = { ...(await sharedFiles(state)), 'server.pem': pairText(issuer) };
  const certificates = await signForNode(state, record, material, node, request, now);
  const own = await readNodeIdentity(state);
  const repairs = await noteRepairs(state, {
    ...{ [own.nodeUuid]: sha256Of(own.certificatePem), [node.uuid]: sha256Of(certificates.nodeCertificate) },
  });
  const repaired = Object.fromEntries(
    Object.entries(repairs).map(([uuid, all]) => [uuid, all.at(-1) ?? ''] as const),
  );
  return { id: request.id, ...certificates, files: materialFor(isCandidate, material), repaired };
}

async function requireRecord(state: State): Promise<ClusterRecord> {
  const record = await readClusterRecord(state);
  if (record) return record;
  throw new ClusterError(
    'NOT_A_MASTER_CANDIDATE',
    'This node holds no configuration: it is no master candidate',
    {
      hint: 'Run it on the master, or on another master candidate',
    },
  );
}

/**
 * The present key; with a new certificate if that has ended or soon will: what the key has signed goes on to count.
 * Nothing is written here: it reaches this node's disk as it does the others'.
 */
async function lastingClusterKey(state: State, now: Date): Promise<ClusterKey> {
  const present = await readClusterKey(state);
  const { notAfter, subject } = describeCertificate(present.certificatePem);
  const days = daysLeft(notAfter.getTime() / 1_000, now.getTime() / 1_000);
  if (days > certificateLimits.warning) return present;
  const commonName = subject.replace(/^CN=/, '');
  const wanted = { privateKeyPem: present.privateKeyPem, commonName, now, days: certificateDays };
  return { privateKeyPem: present.privateKeyPem, certificatePem: await createClusterCertificate(wanted) };
}

/** What every node has of the cluster: a node that was away for long may have missed a renewal of any of it. */
async function sharedFiles({ files, layout }: State): Promise<Material> {
  const names = Object.values(renewalItems).flatMap(({ files: all }): readonly RenewedFile[] => all);
  const found: Record<string, string> = {};
  for (const name of names.filter((each) => each !== 'server.pem')) {
    const content = await files.readText(`${layout.dataDirectory.path}/${name}`);
    if (content !== undefined) found[name] = content;
  }
  return found;
}

/** On the node. Throws WRONG_INPUT for what does not fit the request made here; then nothing was changed. */
export async function installRepair(state: State, payload: RepairPayload): Promise<void> {
  const known = await readNodeRenewal(state);
  if (known?.id !== payload.id)
    throw new ClusterError('WRONG_INPUT', 'This is not the answer to the last request of this host', {
      hint: 'Begin again with quorate repair-crypto request',
    });
  const present = certificatesIn((await readNodeIdentity(state)).caPem)[0] ?? '';
  const authorityPems = [...new Set([present, ...certificatesIn(payload.files['server.pem'] ?? '')])];
  const { id, files, nodeCertificate, clientCertificate, repaired } = payload;
  const { certification } = known;
  if (!certification) throw new ClusterError('WRONG_INPUT', 'This host has asked for no certificate');
  await prepareRenewal(state, { id, authorityPems, files, certificatesFor: '' });
  await switchRenewal(state, id, { nodeCertificate, clientCertificate, linkPem: '' });
  // Should this node be the next master, it must know the others by it.
  await noteRepairs(state, repaired);
  await finishRenewal(state, id, 'new');
}

/** All three on the candidate itself. */
export async function repairHere(state: State, now: Date): Promise<void> {
  await installRepair(state, await signRepair(state, await requestRepair(state), now));
}

const requestShape = object({
  id: filledText,
  nodeUuid: filledText,
  certificateRequest: filledText,
  clientCertificateRequest: filledText,
});

const payloadShape = object({
  id: filledText,
  nodeCertificate: filledText,
  clientCertificate: filledText,
  files: mapOf(text),
  repaired: mapOf(filledText),
});

/** Typed, or WRONG_INPUT; a value is never part of the error, because it may be a secret. */
export const parseRepairRequest = (json: string): RepairRequest =>
  parseShaped(json, requestShape, 'The request', 'WRONG_INPUT') as RepairRequest;

export const parseRepairPayload = (json: string): RepairPayload =>
  parseShaped(json, payloadShape, 'The answer', 'WRONG_INPUT') as RepairPayload;

const sha256Of = (certificatePem: string): string => describeCertificate(certificatePem).sha256;

const pairText = ({ privateKeyPem, certificatePem }: ClusterKey): string =>
  `${privateKeyPem.trimEnd()}\n${certificatePem.trimEnd()}\n`;
