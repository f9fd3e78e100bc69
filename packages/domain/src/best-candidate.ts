/**
 * Who should become master: among the candidates that answer, the one with the newest configuration; of those, the
 * one with the highest priority (candidacy.ts).
 *
 * Nothing committed is lost whoever it is, since grants see to that; but a candidate that lags has to fetch first.
 */
import { isLastResort, isPaused, priorityOf } from './candidacy.ts';
import { compareNaturally } from './names.ts';
import { isCandidate, type NodeUuid, type Roster, type RosterNode } from './roster.ts';
import { compareVersions, noVersion, type Version } from './version.ts';
import type { Ballot } from './vote.ts';
import { ballotOf } from './votes.ts';

/**
 * Candidates that answer, best first: newest version held, then higher priority, then name. Those of the least
 * priority come after all others, however fresh they are. `except` is not one: the present master.
 *
 * Whether a node is paused makes no difference here: it depends on who gives the order.
 */
export function candidatesByFreshness(
  roster: Roster,
  ballots: readonly Ballot[],
  except: NodeUuid | null,
): readonly RosterNode[] {
  return roster.nodes
    .filter((node) => isCandidate(node) && node.uuid !== except)
    .flatMap((node) => {
      const held = heldBy(node, roster, ballots);
      return held ? [{ node, held }] : [];
    })
    .toSorted(betterFirst)
    .map(({ node }) => node);
}

interface Answering {
  readonly node: RosterNode;
  readonly held: Version;
}

const betterFirst = (a: Answering, b: Answering): number =>
  Number(isLastResort(a.node)) - Number(isLastResort(b.node)) ||
  compareVersions(b.held, a.held) ||
  priorityOf(b.node) - priorityOf(a.node) ||
  compareNaturally(a.node.name, b.node.name);

/**
 * Whom an ordered failover takes that names no node: the best of them that is not paused, since somebody is at work on
 * one that is; a fresher one that is paused is fetched from instead. If all are paused, the best of those: an order
 * outweighs a pause. Undefined if none answers.
 */
export function bestCandidate(
  roster: Roster,
  ballots: readonly Ballot[],
  except: NodeUuid | null,
  nowSeconds: number,
): RosterNode | undefined {
  const candidates = candidatesByFreshness(roster, ballots, except);
  return candidates.find((node) => !isPaused(node, nowSeconds)) ?? candidates[0];
}

/** A node without an opinion on the master is as good as any; one of another cluster is none. */
function heldBy(node: RosterNode, { clusterUuid }: Roster, ballots: readonly Ballot[]): Version | undefined {
  const ballot = ballotOf(node, ballots);
  if (!ballot || ballot.kind === 'unreachable') return undefined;
  const { vote } = ballot;
  if (vote.clusterUuid !== clusterUuid || vote.node !== node.uuid) return undefined;
  return vote.holds ?? noVersion;
}
