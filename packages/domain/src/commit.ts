/**
 * When is a change of the configuration safe: who must store it, who must know of it, in which order.
 *
 *   storing      candidates get the full text, until two of them (all, if fewer) have it
 *   spreading    everybody else is told, until a majority of each electorate knows the version
 *   committed    it survives the loss of any one node, and no later master can miss it
 *
 * In this order no voter ever knows of a version that only the master holds, so that the master's death cannot
 * lock everybody out for the sake of a change nobody was promised.
 */
import type { Draft } from './configuration.ts';
import { electorateOfDraft, majorityOf } from './electorate.ts';
import { ClusterError } from './errors.ts';
import { rosterNodeOf } from './roster-of.ts';
import type { NodeUuid, RosterNode } from './roster.ts';

export interface CommitPlan {
  /** Nodes that get the full text, the master first. */
  readonly candidates: readonly NodeUuid[];
  /** How many of them must have stored it before anybody else is told. */
  readonly copiesNeeded: number;
  /** A majority of each must acknowledge: that of the new configuration, and that of the old one if it differs. */
  readonly electorates: readonly (readonly NodeUuid[])[];
  /** Voters that this very change removes, and that no roster of it names: they have their say once more. */
  readonly leaving: readonly RosterNode[];
}

export interface Acknowledged {
  readonly copies: ReadonlySet<NodeUuid>;
  /** Nodes that know the version, whether or not they hold its text. */
  readonly versions: ReadonlySet<NodeUuid>;
}

export type CommitProgress = 'storing' | 'spreading' | 'committed';

/**
 * `before` is null for a cluster's first configuration, and for a failover without voting, which asks nobody's
 * leave to shrink the electorate to what is left. Otherwise the electorate may change by one node: INTERNAL if
 * it changes by more, for then a minority could vote everybody else out (BEH-040).
 */
export function planCommit(before: Draft | null, after: Draft): CommitPlan {
  const voters = electorateOfDraft(after);
  const former = before === null ? voters : electorateOfDraft(before);
  const changed = differing(former, voters);
  if (changed > 1) {
    throw new ClusterError(
      'INTERNAL',
      `One change may alter the electorate by one node, this one by ${changed}`,
    );
  }
  const candidates = candidatesOf(after);
  const electorates = changed === 0 ? [voters] : [voters, former];
  const leaving = before === null ? [] : leavingVoters(before, after);
  return { candidates, copiesNeeded: Math.min(2, candidates.length), electorates, leaving };
}

const leavingVoters = (before: Draft, after: Draft): readonly RosterNode[] =>
  Object.entries(before.configuration.nodes)
    .filter(([uuid, { offline }]) => !offline && !Object.hasOwn(after.configuration.nodes, uuid))
    .map(([, node]) => ({ ...rosterNodeOf(before, node), role: 'regular' }));

/**
 * A candidate that does not answer cannot store anything. If that leaves one, its copy must do: beside a witness
 * the loss of the master could not be mended otherwise (BEH-085).
 */
export function withinReach(whole: CommitPlan, silent: readonly NodeUuid[]): CommitPlan {
  const reachable = whole.candidates.filter((uuid) => !silent.includes(uuid));
  return { ...whole, copiesNeeded: Math.min(whole.copiesNeeded, reachable.length) };
}

export function commitProgress(plan: CommitPlan, { copies, versions }: Acknowledged): CommitProgress {
  const stored = plan.candidates.filter((uuid) => copies.has(uuid)).length;
  if (stored < plan.copiesNeeded) return 'storing';
  const knows = (uuid: NodeUuid): boolean => versions.has(uuid) || copies.has(uuid);
  const committed = plan.electorates.every(
    (voters) => voters.filter(knows).length >= majorityOf(voters.length),
  );
  return committed ? 'committed' : 'spreading';
}

function candidatesOf({ configuration: { cluster, nodes } }: Draft): readonly NodeUuid[] {
  const uuids = Object.entries(nodes).flatMap(([uuid, n]) =>
    n.master_candidate && !n.offline ? [uuid] : [],
  );
  const isMaster = (uuid: NodeUuid): boolean => uuid === cluster.master_node;
  return [...uuids.filter(isMaster), ...uuids.filter((uuid) => !isMaster(uuid))];
}

const differing = (a: readonly NodeUuid[], b: readonly NodeUuid[]): number =>
  a.filter((uuid) => !b.includes(uuid)).length + b.filter((uuid) => !a.includes(uuid)).length;
