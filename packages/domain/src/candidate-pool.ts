/**
 * How many master candidates there should be, and who becomes one.
 *
 * Counterpart in Ganeti: ConfigWriter.GetMasterCandidateStats and lib/cmdlib/common.py.
 */
import type { Configuration, NodeObject } from './configuration.ts';
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

/** The new node counts itself as possible, so the pool may grow by one, up to its size. */
export function newNodeBecomesCandidate(configuration: Configuration, masterCapable: boolean): boolean {
  const { now, should } = poolState(configuration);
  return masterCapable && now < Math.min(should + 1, configuration.cluster.candidate_pool_size);
}

/**
 * Whom to promote so that the pool is full: the first eligible nodes by name. Ganeti picks at random; ours gives
 * the same answer each time, so that a repeated change is the same change.
 */
export function nodesToPromote(configuration: Configuration): readonly NodeObject[] {
  const { now, should } = poolState(configuration);
  return Object.values(configuration.nodes)
    .filter((node) => mayBeCandidate(node) && !node.master_candidate)
    .sort((a, b) => compareNaturally(a.name, b.name))
    .slice(0, Math.max(0, should - now));
}

const mayBeCandidate = (node: NodeObject): boolean => !node.offline && !node.drained && node.master_capable;
