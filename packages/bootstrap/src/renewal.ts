/**
 * The master's half of a renewal: asks every node what it has, and has one do its next task. What is next is decided
 * in domain/renewal.ts.
 *
 * Counterpart in Ganeti: the loops over all nodes in RenewCrypto of gnt_cluster.py.
 */
import type { State } from '@quorate/cluster-state/state';
import type { ClusterRecord, NodeObject } from '@quorate/domain/configuration';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import type { NodeTask, NodeTrust, Renewal, TrustAnswer, TrustAnswers } from '@quorate/domain/renewal';
import { renewsCertificates } from '@quorate/domain/renewal-items';
import { rosterOf } from '@quorate/domain/roster-of';
import { isCandidate, type NodeUuid, type RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
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
}

/** Has one node do it; resolves to what the node shows then, or why not. Never rejects. */
export const doTask = (parts: TaskParts, task: NodeTask): Promise<TrustAnswer> =>
  answerTo(perform(parts, task));

async function perform(parts: TaskParts, { node: uuid, task, id }: NodeTask): Promise<NodeTrust> {
  const { access, record } = parts;
  const node = nodeIn(record, uuid);
  const peer = nodeDaemonOf(node);
  const order = { epoch: record.version.epoch, renewalId: id };
  const deadline = { deadlineMs: timings.switchRenewalMs };
  if (task === 'finish' || task === 'restore') {
    const request = { ...order, restore: task === 'restore' };
    return trustFrom((await access.channels.call(peer, calls.FinishRenewal, request, deadline)).trust);
  }
  const prepared = await prepare(parts, node, renewalIn(record, id));
  if (task === 'prepare') return trustFrom(prepared.trust);
  const certificates = await certificatesFor(parts, uuid, prepared);
  const request = { ...order, ...certificates };
  return trustFrom((await access.channels.call(peer, calls.SwitchRenewal, request, deadline)).trust);
}

/** Repeatable: a node keeps its keys, and so its requests, for one renewal. */
export const prepare = (
  { access, record, material }: Omit<TaskParts, 'state'>,
  node: RosterNode,
  { id, authorities, items }: Pick<Renewal, 'id' | 'authorities' | 'items'>,
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
    },
    { deadlineMs: timings.prepareRenewalMs },
  );

async function certificatesFor(
  { state, access, record, material }: TaskParts,
  uuid: NodeUuid,
  requests: Awaited<ReturnType<typeof prepare>>,
) {
  if (requests.certificateRequest === '') return {};
  const node: NodeObject = record.configuration.nodes[uuid]!;
  const signed = await signForNode(state, record, material, node, requests, access.clock.now());
  return { ...signed, linkCertificate: record.ours.renewal?.authorities?.linkPem ?? '' };
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
