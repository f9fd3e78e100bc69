/**
 * How many master candidates there should be, and who becomes one.
 *
 * Counterpart in Ganeti: ConfigWriter.GetMasterCandidateStats and lib/cmdlib/common.py.
 */
import { priorityOf } from './candidacy.ts';
import type { Configuration, Draft, NodeObject } from './configuration.ts';
import { compareNaturally } from './names.ts';
import type { NodeUuid } from './roster.ts';

export interface PoolState {
  /** Nodes that could be candidates: neither offline nor drained, and master-capable. */
  readonly possible: number;
  /** Nodes that are candidates, the master among them. */
  readonly now: number;
  /** What there should be: the pool size, or all that are possible if that is fewer. */
  readonly should: number;
}

/** Counts as if the nodes of `except` were not there. */
export function poolState(configuration: Configuration, except: readonly NodeUuid[] = []): PoolState {
  const nodes = Object.values(configuration.nodes).filter((node) => !except.includes(node.uuid));
  const possible = nodes.filter(mayBeCandidate).length;
  const now = nodes.filter((node) => node.master_candidate).length;
  return { possible, now, should: Math.min(possible, configuration.cluster.candidate_pool_size) };
}

/**
 * The new node counts itself as possible, so the pool may grow by one, up to its size. So do hosts that were promised a
 * place and are not nodes yet.
 */
export function newNodeBecomesCandidate(
  configuration: Configuration,
  masterCapable: boolean,
  promised = 0,
): boolean {
  const { now, should } = poolState(configuration);
  const most = Math.min(should + promised + 1, configuration.cluster.candidate_pool_size);
  return masterCapable && now + promised < most;
}

/**
 * What came of handing the cluster key to nodes that are to become candidates: it is done before the change that makes
 * them candidates, which can so carry their digests (config-and-ssconf, candidate pool: fingerprint first, then one commit).
 */
export interface Entrusted {
  /** Those that have the key: SHA-1 digest of client.pem, for `candidate_certs`. */
  readonly digests: Readonly<Record<NodeUuid, string>>;
  /** Those that did not take it, or lack what a candidate needs, and must do without: name and cause. */
  readonly unfit: Readonly<Record<NodeUuid, string>>;
}

export const nobodyEntrusted: Entrusted = { digests: {}, unfit: {} };

/**
 * Whom to promote so that the pool is full: the highest priority first; among equals one of a group that has the fewest
 * candidates yet, so that the loss of a group does not take all; then by name. Ganeti picks at random; ours gives the same
 * answer each time, so that a repeated change is the same change. Nodes of `except` count as if they were not there; those
 * of `unfit` count and are passed over.
 */
export function nodesToPromote(
  draft: Draft,
  except: readonly NodeUuid[] = [],
  unfit: readonly NodeUuid[] = [],
): readonly NodeObject[] {
  const { configuration } = draft;
  const { now, should } = poolState(configuration, except);
  const eligible = Object.values(configuration.nodes).filter(
    (node) => mayBeCandidate(node) && !node.master_candidate && ![...except, ...unfit].includes(node.uuid),
  );
  const candidates = Object.values(configuration.nodes).filter((node) => node.master_candidate);
  const promoted: NodeObject[] = [];
  while (promoted.length < should - now) {
    const [first] = inOrder(draft, eligible, [...candidates, ...promoted]);
    if (!first) break;
    promoted.push(first);
  }
  return promoted;
}

function inOrder(
  { ours }: Draft,
  eligible: readonly NodeObject[],
  chosen: readonly NodeObject[],
): NodeObject[] {
  const priority = ({ uuid }: NodeObject): number => priorityOf(ours.nodes[uuid] ?? {});
  const inGroupOf = ({ group }: NodeObject): number => chosen.filter((node) => node.group === group).length;
  return eligible
    .filter((node) => !chosen.includes(node))
    .sort(
      (a, b) => priority(b) - priority(a) || inGroupOf(a) - inGroupOf(b) || compareNaturally(a.name, b.name),
    );
}

const mayBeCandidate = (node: NodeObject): boolean => !node.offline && !node.drained && node.master_capable;
