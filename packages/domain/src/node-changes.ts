/**
 * A node that leaves the cluster, or is about to come back to it: changes of the configuration that take it out of the
 * electorate, the candidates and the trust of all others at once.
 *
 * What an administrator changes of a node that stays is in node-modification.ts; joining is `withNode`. Counterparts in
 * Ganeti: LUNodeRemove in lib/cmdlib/node.py, and the first half of its re-add.
 */
import type { Entrusted } from './candidate-pool.ts';
import { withOthersOf } from './certificate-pins.ts';
import type { Configuration, Draft, NodeObject } from './configuration.ts';
import { ClusterError } from './errors.ts';
import { withExposure } from './exposure.ts';
import { compareNaturally } from './names.ts';
import { filledPool, keyMarks } from './pool-filling.ts';
import { isoTime } from './initial-configuration.ts';
import { withRevocation, type Revocation } from './revocation.ts';
import { oursOf } from './roster-of.ts';
import type { NodeUuid } from './roster.ts';
import { changed, requireNode, touchedNodes, withoutNodes } from './touch.ts';

export interface DraftWithNotes {
  readonly draft: Draft;
  /** Things the operator should know, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * Takes a node out: of the nodes, and with that of the electorate; of the candidates and their digests; its certificate
 * is revoked, what it knows is listed as exposed until it was seen to leave, and the pool is filled without it. All in one
 * change (spec L3, L4).
 *
 * Fails with NODE_UNKNOWN; WRONG_INPUT for the master (BEH-268), and so for the last node; INSTANCES_REMAIN.
 */
export function withNodeRemoved(
  draft: Draft,
  uuid: NodeUuid,
  nowSeconds: number,
  entrusted: Entrusted,
): DraftWithNotes {
  const node = requireNode(draft, uuid);
  requireRemovable(draft, node);
  const { configuration, ours } = draft;
  const without: Draft = {
    configuration: {
      ...configuration,
      cluster: {
        ...configuration.cluster,
        candidate_certs: withoutNodes(configuration.cluster.candidate_certs, [uuid]),
      },
      nodes: withoutNodes(configuration.nodes, [uuid]),
    },
    ours: {
      ...ours,
      nodes: withoutNodes(ours.nodes, [uuid]),
      revoked: withAllRevoked(draft, node, 'removed', nowSeconds),
      exposed: withExposure(draft, node, nowSeconds),
    },
  };
  const { nodes, candidate_certs, notes } = filledPool(without, entrusted, nowSeconds);
  return {
    draft: {
      configuration: changed(without, nowSeconds, { cluster: { candidate_certs }, nodes }),
      ours: { ...without.ours, nodes: keyMarks(without, nodes) },
    },
    notes,
  };
}

/** Nothing is changed by asking. Fails as `withNodeRemoved` does. */
export function requireRemovable({ configuration }: Draft, node: NodeObject): void {
  if (node.uuid === configuration.cluster.master_node) {
    throw new ClusterError('WRONG_INPUT', `${node.name} is the master and cannot be removed`, {
      hint:
        Object.keys(configuration.nodes).length === 1
          ? 'It is the last node: take the cluster apart with quorate destroy'
          : 'Make another node the master first: quorate failover --to NODE',
    });
  }
  const instances = instancesOn(configuration, node.uuid);
  if (instances.length === 0) return;
  throw new ClusterError('INSTANCES_REMAIN', `${node.name} is used by ${instances.join(', ')}`, {
    hint: 'Move or remove these instances first',
  });
}

/**
 * Readies a node for being installed anew under its UUID: offline, so that it does not vote with a voter record that has
 * forgotten its promises, and without a certificate, the old one being revoked. It comes back by joining (new-node.ts).
 *
 * Fails with NODE_UNKNOWN (BEH-253), or WRONG_INPUT for the master.
 */
export function withNodeAwaited(draft: Draft, uuid: NodeUuid, nowSeconds: number): Draft {
  const node = requireNode(draft, uuid);
  const { configuration, ours } = draft;
  if (uuid === configuration.cluster.master_node) {
    throw new ClusterError('WRONG_INPUT', `${node.name} is the master and cannot be added again`, {
      hint: 'Make another node the master first: quorate failover --to NODE',
    });
  }
  const known = oursOf(draft, node);
  if (node.offline && known.certificateSha256 === '') return draft;
  const { certificateEndsSeconds: _ends, otherCertificates: _others, ...rest } = known;
  const nodes = touchedNodes([node], nowSeconds, { offline: true, drained: false, master_candidate: false });
  const candidate_certs = withoutNodes(configuration.cluster.candidate_certs, [uuid]);
  return {
    configuration: changed(draft, nowSeconds, { cluster: { candidate_certs }, nodes }),
    ours: {
      ...ours,
      nodes: { ...keyMarks(draft, nodes), [uuid]: { ...rest, certificateSha256: '' } },
      revoked: withAllRevoked(draft, node, 'replaced', nowSeconds),
    },
  };
}

/** Was seen without the cluster key, since it has been a candidate. */
export function withoutKeyMark(draft: Draft, uuids: readonly NodeUuid[], nowSeconds: number): Draft {
  const marked = uuids.filter((uuid) => draft.ours.nodes[uuid]?.mayHoldClusterKey);
  if (marked.length === 0) return draft;
  const nodes = Object.entries(draft.ours.nodes).map(([uuid, known]) => {
    const { mayHoldClusterKey: _, ...rest } = known;
    return [uuid, marked.includes(uuid) ? rest : known];
  });
  return {
    configuration: changed(draft, nowSeconds, { cluster: {} }),
    ours: { ...draft.ours, nodes: Object.fromEntries(nodes) as Draft['ours']['nodes'] },
  };
}

/** Digests of candidates as they were found; only of those that are candidates, and only where they differ. */
export function withCandidateDigests(
  draft: Draft,
  digests: Readonly<Record<NodeUuid, string>>,
  nowSeconds: number,
): Draft {
  const { cluster, nodes } = draft.configuration;
  const news = Object.entries(digests).filter(
    ([uuid, digest]) => nodes[uuid]?.master_candidate && cluster.candidate_certs[uuid] !== digest,
  );
  if (news.length === 0) return draft;
  const candidate_certs = { ...cluster.candidate_certs, ...Object.fromEntries(news) };
  return { ...draft, configuration: changed(draft, nowSeconds, { cluster: { candidate_certs } }) };
}

/** Names of the instances that run on a node or have disks there: as primary node, or wherever a disk names it. */
export function instancesOn({ instances, disks }: Configuration, uuid: NodeUuid): readonly string[] {
  const users = Object.values(instances).filter((instance) => {
    const { primary_node, disks: used } = instance as { primary_node?: unknown; disks?: readonly string[] };
    return primary_node === uuid || (used ?? []).some((disk) => mentions(disks[disk], uuid));
  });
  return users.map((instance) => String((instance as { name?: unknown }).name)).sort(compareNaturally);
}

/** A disk names its nodes in its logical_id, its children's, or its list of nodes, by kind of disk. */
function mentions(value: unknown, uuid: NodeUuid): boolean {
  if (typeof value !== 'object' || value === null) return value === uuid;
  return Object.values(value).some((member) => mentions(member, uuid));
}

/** Everything that it may show: the certificate that is named for it, and others of it (certificate-pins.ts). */
function withAllRevoked(
  draft: Draft,
  node: NodeObject,
  why: 'removed' | 'replaced',
  nowSeconds: number,
): readonly Revocation[] {
  const { certificateSha256, certificateEndsSeconds: ends } = oursOf(draft, node);
  const revocation = {
    ...{ node: node.uuid, name: node.name, certificateSha256, why },
    // Of one that was removed the name is remembered too, which does not end with a certificate.
    ...(ends !== undefined && why === 'replaced' && { ends: isoTime(ends) }),
  };
  const revoked = withRevocation(draft, revocation, nowSeconds);
  return withOthersOf({ ...draft, ours: { ...draft.ours, revoked } }, node.uuid, why, nowSeconds);
}
