/**
 * The master's half of a renewal: asks every node what it has, and has one do its next task. What is next is decided
 * in domain/renewal.ts.
 *
 * Counterpart in Ganeti: the loops over all nodes in RenewCrypto of gnt_cluster.py.
 */
import type { State } from '@quorate/cluster-state/state';
import type { MadeCertificate } from '@quorate/domain/certificate-pins';
import type { ClusterRecord, NodeObject } from '@quorate/domain/configuration';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import type { NodeTask, NodeTrust, Renewal, TrustAnswer, TrustAnswers } from '@quorate/domain/renewal';
import { renewsCertificates } from '@quorate/domain/renewal-items';
import { rosterOf } from '@quorate/domain/roster-of';
import { isCandidate, type NodeUuid, type RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import { backdatedMs, describeCertificate } from '@quorate/platform/certificates';
import { nodeServices } from '@quorate/rpc/services';
import { trustFrom } from '@quorate/rpc/trust-messages';
import { nodeDaemonOf, type ClusterAccess } from './cluster-access.ts';
import { materialFor, ownMaterial, signForNode, type Material } from './renewal-material.ts';

const { renewal: calls } = nodeServices;

/** Asks every node that is not marked offline. */
export async function gatherTrust(access: ClusterAccess, record: ClusterRecord): Promise<TrustAnswers> {
  const nodes = rosterOf(record, '').nodes.filter(({ role }) => role !== 'offline');
  const ask = (node: RosterNode): Promise<TrustAnswer> =>
    answerTo(
      access.channels
        .call(nodeDaemonOf(node), calls.GetTrust, {}, { deadlineMs: timings.voteMs })
        .then(({ trust }) => trustFrom(trust)),
    );
  return new Map(await Promise.all(nodes.map(async (node) => [node.uuid, await ask(node)] as const)));
}

async function answerTo(call: Promise<NodeTrust>): Promise<TrustAnswer> {
  try {
    return { kind: 'trust', trust: await call };
  } catch (caught) {
    const { reason, message, facts } = clusterErrorFrom(caught);
    const isAway = reason === 'UNREACHABLE' || reason === 'TIMED_OUT';
    return { kind: isAway ? 'away' : 'failed', why: facts['why'] ?? message };
  }
}

export interface TaskParts {
  readonly state: State;
  readonly access: ClusterAccess;
  readonly record: ClusterRecord;
  readonly material: Material;
  readonly signedBefore: SignedBefore;
}

/** A task of which nothing is left to do but what `go` does. */
export interface ReadyTask {
  readonly node: NodeUuid;
  /** Signed for it: to be on record before it is handed out (domain/certificate-pins.ts). */
  readonly made: MadeCertificate | null;
  /** Resolves to what the node shows then, or why not. Never rejects. */
  go(): Promise<TrustAnswer>;
}

/** Of a task that cannot be made ready, `go` tells why. Never rejects. */
export async function makeReady(parts: TaskParts, task: NodeTask): Promise<ReadyTask> {
  const { node } = task;
  if (task.task !== 'switch') return { node, made: null, go: () => answerTo(perform(parts, task)) };
  try {
    const prepared = await prepare(parts, nodeIn(parts.record, node), renewalIn(parts.record, task.id));
    const certificates = await certificatesFor(parts, task, prepared);
    const made = certificates && madeFor(node, certificates.nodeCertificate);
    return { node, made, go: () => answerTo(switchTo(parts, task, certificates)) };
  } catch (caught) {
    return { node, made: null, go: () => answerTo(Promise.reject(clusterErrorFrom(caught))) };
  }
}

function madeFor(node: NodeUuid, certificatePem: string): MadeCertificate {
  const { sha256, notAfter } = describeCertificate(certificatePem);
  return { node, sha256, endsSeconds: notAfter.getTime() / 1_000 };
}

async function perform(parts: TaskParts, { node: uuid, task, id }: NodeTask): Promise<NodeTrust> {
  const { access, record } = parts;
  const node = nodeIn(record, uuid);
  if (task === 'prepare') return trustFrom((await prepare(parts, node, renewalIn(record, id))).trust);
  const request = { epoch: record.version.epoch, renewalId: id, restore: task === 'restore' };
  const options = { deadlineMs: timings.switchRenewalMs };
  return trustFrom(
    (await access.channels.call(nodeDaemonOf(node), calls.FinishRenewal, request, options)).trust,
  );
}

async function switchTo(
  { access, record }: TaskParts,
  { node, id }: NodeTask,
  certificates: SignedCertificates | null,
): Promise<NodeTrust> {
  const linkCertificate = record.ours.renewal?.authorities?.linkPem ?? '';
  const request = {
    ...{ epoch: record.version.epoch, renewalId: id },
    ...(certificates && { ...certificates, linkCertificate }),
  };
  const options = { deadlineMs: timings.switchRenewalMs };
  const peer = nodeDaemonOf(nodeIn(record, node));
  return trustFrom((await access.channels.call(peer, calls.SwitchRenewal, request, options)).trust);
}

/** Repeatable: a node keeps its keys, and so its requests, for one renewal. */
export const prepare = (
  { access, record, material }: Pick<TaskParts, 'access' | 'record' | 'material'>,
  node: RosterNode,
  { id, authorities, items, ssh }: Pick<Renewal, 'id' | 'authorities' | 'items' | 'ssh'>,
) =>
  access.channels.call(
    nodeDaemonOf(node),
    calls.PrepareRenewal,
    {
      epoch: record.version.epoch,
      renewalId: id,
      authorityPems: [...(authorities?.pems ?? [])],
      files: materialFor(isCandidate(node), material),
      ...(renewsCertificates(items) && { certificatesFor: node.name }),
      ...(ssh && { sshKey: { type: ssh.type, bits: ssh.bits } }),
    },
    { deadlineMs: timings.prepareRenewalMs },
  );

type SignedCertificates = Awaited<ReturnType<typeof signForNode>>;

/** By renewal, node and request: what is signed once need not be put on record again when it is sent again. */
export type SignedBefore = Map<string, SignedCertificates>;

async function certificatesFor(
  { state, access, record, material, signedBefore }: TaskParts,
  { node: uuid, id }: NodeTask,
  requests: Awaited<ReturnType<typeof prepare>>,
): Promise<SignedCertificates | null> {
  if (requests.certificateRequest === '') return null;
  const key = `${id} ${uuid} ${requests.certificateRequest}`;
  const known = signedBefore.get(key);
  if (known && isFresh(known.nodeCertificate, access.clock.now())) return known;
  const node: NodeObject = record.configuration.nodes[uuid]!;
  const signed = await signForNode(state, record, material, node, requests, access.clock.now());
  signedBefore.set(key, signed);
  return signed;
}

/** A node that could not take it for a while is not handed one that ends soon. */
function isFresh(certificatePem: string, now: Date): boolean {
  const { notBefore, notAfter } = describeCertificate(certificatePem);
  const signedMs = notBefore.getTime() + backdatedMs;
  return now.getTime() - signedMs < (notAfter.getTime() - signedMs) / 10;
}

/**
 * What the renewal puts in place: from this node's disk or, where this node was away when it was handed out, from
 * another candidate. Undefined while nobody who answers holds it.
 */
export async function findMaterial(
  state: State,
  access: ClusterAccess,
  record: ClusterRecord,
  { id, fingerprints }: Renewal,
): Promise<Material | undefined> {
  if (Object.keys(fingerprints).length === 0) return {};
  const own = await ownMaterial(state, id);
  if (own) return own;
  const others = rosterOf(record, '').nodes.filter((node) => isCandidate(node) && node.uuid !== access.own);
  for (const node of others) {
    const request = { epoch: record.version.epoch, renewalId: id };
    const found = await access.channels
      .call(nodeDaemonOf(node), calls.GetStagedFiles, request, { deadlineMs: timings.switchRenewalMs })
      .catch(() => undefined);
    if (found) return found.files;
  }
  return undefined;
}

function renewalIn({ ours }: ClusterRecord, id: string): Renewal {
  if (ours.renewal?.id === id) return ours.renewal;
  throw new ClusterError('CONFIGURATION_CHANGED', 'That renewal is over');
}

export function nodeIn(record: ClusterRecord, uuid: NodeUuid): RosterNode {
  const node = rosterOf(record, '').nodes.find((one) => one.uuid === uuid);
  if (node) return node;
  throw new ClusterError('NODE_UNKNOWN', `No node of this cluster has the UUID ${uuid}`);
}
