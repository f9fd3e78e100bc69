/**
 * Candidates come and go in pairs with the cluster key: whom a change promotes gets it first and its digest in the same
 * change; whom it demotes has its digest struck in the same change, and is taken to have the key until it was seen
 * without it.
 *
 * Whom to promote is decided in candidate-pool.ts. Counterpart in Ganeti: MaintainCandidatePool and AdjustCandidatePool.
 */
import { type Entrusted, nodesToPromote, poolState } from './candidate-pool.ts';
import type { ClusterObject, Draft, NodeObject, Ours } from './configuration.ts';
import type { NodeUuid } from './roster.ts';
import { touchedNodes } from './touch.ts';

type Digests = ClusterObject['candidate_certs'];

export interface PoolFilling {
  /** The promoted nodes as they are then. */
  readonly nodes: Readonly<Record<NodeUuid, NodeObject>>;
  readonly candidate_certs: Digests;
  /** Sentences for the operator. */
  readonly notes: readonly string[];
}

/**
 * Fills the pool of this draft, without the nodes of `except`; those that could not be entrusted with the key are passed
 * over.
 */
export function filledPool(
  draft: Draft,
  entrusted: Entrusted,
  nowSeconds: number,
  except: readonly NodeUuid[] = [],
): PoolFilling {
  const { cluster } = draft.configuration;
  const unfit = Object.keys(entrusted.unfit);
  const promoted = nodesToPromote(draft, except, unfit);
  const { now, should } = poolState(draft.configuration, except);
  const missing = should - now - promoted.length;
  const passedOver = Object.values(entrusted.unfit).map((cause) => `Not made a candidate: ${cause}`);
  return {
    nodes: touchedNodes(promoted, nowSeconds, { master_candidate: true }),
    candidate_certs: {
      ...cluster.candidate_certs,
      ...digestsOf(
        promoted.map(({ uuid }) => uuid),
        entrusted,
      ),
    },
    notes: [
      ...promoted.map((node) => `${node.name} is now a master candidate`),
      ...passedOver,
      ...(missing > 0 ? [`There are ${should - missing} master candidates, fewer than ${should}`] : []),
    ],
  };
}

export const digestsOf = (uuids: readonly NodeUuid[], { digests }: Entrusted): Digests =>
  Object.fromEntries(uuids.flatMap((uuid) => (digests[uuid] ? [[uuid, digests[uuid]]] : [])));

/** Whom a change makes a candidate, or leaves one, without a digest: to be entrusted with the cluster key first. */
export function lackingKey(before: Draft, after: Draft): readonly NodeUuid[] {
  const { nodes, cluster } = after.configuration;
  const known = before.configuration;
  const isNew = ({ uuid, master_candidate }: NodeObject): boolean =>
    master_candidate &&
    (!known.nodes[uuid]?.master_candidate || Object.hasOwn(known.cluster.candidate_certs, uuid));
  return Object.values(nodes)
    .filter((node) => isNew(node) && !Object.hasOwn(cluster.candidate_certs, node.uuid))
    .map(({ uuid }) => uuid);
}

/** What is remembered of those that are candidates no more, and of those that are again. */
export function keyMarks(before: Draft, nodes: Readonly<Record<NodeUuid, NodeObject>>): Ours['nodes'] {
  const marked = Object.values(nodes).flatMap(({ uuid, master_candidate }) => {
    const known = before.ours.nodes[uuid];
    if (!known) return [];
    const was = before.configuration.nodes[uuid]?.master_candidate === true;
    const { mayHoldClusterKey = false, ...rest } = known;
    const may = !master_candidate && (was || mayHoldClusterKey);
    return may === mayHoldClusterKey ? [] : [[uuid, may ? { ...rest, mayHoldClusterKey: true } : rest]];
  });
  return { ...before.ours.nodes, ...(Object.fromEntries(marked) as Ours['nodes']) };
}
