/**
 * May this node become master, in which epoch, with which configuration?
 *
 * Decided from one full round of votes, before anything is changed. The electorate is that of the newest
 * configuration: if the votes show a newer one than this node holds, the plan is to fetch it and to ask and
 * decide again with its roster. A `go` is not yet a right: the grants that follow are (voter.ts), and they are
 * binding where these votes are only an opinion.
 *
 * Counterpart in Ganeti: lib/bootstrap.py, MasterFailover, steps 1 to 3.
 */
import type { ClusterError } from './errors.ts';
import {
  changesOutOfReach,
  newestOutOfReach,
  noMajority,
  notEligible,
  nothingToStartFrom,
  stillServing,
  twoMasters,
} from './failover-refusals.ts';
import { survey, type FailoverFacts, type Scene } from './failover-scene.ts';
import { isBound } from './lease-in-the-way.ts';
import { nodeByUuid, type NodeUuid, type RosterNode } from './roster.ts';
import {
  compareVersions,
  describeVersion,
  newestVersion,
  noVersion,
  sameVersion,
  type Version,
} from './version.ts';

export type { FailoverFacts };

export interface ForcedFailoverFacts extends FailoverFacts {
  readonly randomJump: number;
  /** Go on although nobody who answers holds the newest configuration that is known of. */
  readonly acceptDataLoss: boolean;
}

export type FailoverPlan =
  | {
      readonly kind: 'go';
      /** Above every epoch that any answer showed. */
      readonly epoch: number;
      /** The configuration to start from; this node holds it. */
      readonly version: Version;
      /** Whom to ask to leave office; null if nobody else is known to hold it. */
      readonly oldMaster: RosterNode | null;
      readonly oldMasterAnswers: boolean;
      /**
       * Voters are bound to this node by an earlier attempt, to which the old master may have handed over: until they are
       * free, nothing but the old master itself tells that it has given up the address.
       */
      readonly oldLeaseMayLive: boolean;
      /** Voters that did not answer; without voting they are marked offline. */
      readonly silent: readonly NodeUuid[];
      readonly warnings: readonly string[];
    }
  /** Get this version from that node, then ask and decide again with the roster made of it. */
  | { readonly kind: 'fetch'; readonly version: Version; readonly from: RosterNode }
  | { readonly kind: 'refuse'; readonly error: ClusterError };

/** With voting: refuses unless a majority of the electorate answers, and nobody knows a configuration that is lost. */
export function decideFailover(facts: FailoverFacts): FailoverPlan {
  const scene = survey(facts);
  const unfit = notEligible(scene);
  if (unfit) return { kind: 'refuse', error: unfit };
  const fetch = planFetch(scene, scene.newest);
  if (fetch) return fetch;
  const error = noMajority(scene) ?? newestOutOfReach(scene) ?? twoMasters(scene);
  return error ? { kind: 'refuse', error } : go(scene, scene.highestEpoch + 1, []);
}

/**
 * Without voting: needs nobody's grant, but refuses while the present master answers and holds office. Takes the
 * newest configuration there is among those that answer. `randomJump` (0 or more) keeps two desperate operators
 * in different epochs. Where a newer configuration is known to exist elsewhere, the operator has to accept its loss.
 */
export function decideForcedFailover(facts: ForcedFailoverFacts): FailoverPlan {
  const scene = survey(facts);
  const loss = facts.acceptDataLoss ? undefined : changesOutOfReach(scene);
  const error = notEligible(scene) ?? stillServing(scene) ?? nothingToStartFrom(scene) ?? loss;
  if (error) return { kind: 'refuse', error };
  const fetch = planFetch(scene, newestVersion(scene.heldVersions));
  return fetch ?? go(scene, scene.highestEpoch + 1000 + facts.randomJump, changesGivenUp(scene));
}

function planFetch({ ownVersion, answers }: Scene, version: Version): FailoverPlan | undefined {
  if (ownVersion && sameVersion(ownVersion, version)) return undefined;
  const holder = answers.find(({ vote }) => vote.holds && sameVersion(vote.holds, version));
  return holder && { kind: 'fetch', version, from: holder.node };
}

function changesGivenUp({ newest, heldVersions }: Scene): readonly string[] {
  const held = newestVersion(heldVersions);
  if (compareVersions(held, newest) >= 0) return [];
  return [
    `Changes after ${describeVersion(held)} are given up: no node that answers holds ${describeVersion(newest)}`,
  ];
}

function go(scene: Scene, epoch: number, warnings: readonly string[]): FailoverPlan {
  const { own, ownVersion, answers, silent } = scene;
  const oldLeaseMayLive = answers.some(({ vote }) => vote.leaseLeftMs > 0 && !isBound(vote, own));
  const oldMaster = oldMasterOf(scene, oldLeaseMayLive);
  return {
    kind: 'go',
    epoch,
    version: ownVersion ?? noVersion,
    oldMaster,
    oldLeaseMayLive,
    oldMasterAnswers: answers.some(({ node }) => node.uuid === oldMaster?.uuid),
    silent: silent.map(({ node }) => node.uuid).filter((uuid) => uuid !== own),
    warnings: [...warnings, ...silent.map(({ cause }) => `No answer from ${cause}`)],
  };
}

/** One that this node succeeded before it restarted matters only while it may hold the address. */
function oldMasterOf(
  { otherMasters, roster, formerMaster = null }: Scene,
  oldLeaseMayLive: boolean,
): RosterNode | null {
  const former = oldLeaseMayLive ? nodeByUuid(roster, formerMaster) : undefined;
  return otherMasters[0] ?? former ?? null;
}
