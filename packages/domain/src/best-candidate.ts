/**
 * Who should become master: among the candidates that answer, the one with the newest configuration.
 *
 * Nothing committed is lost whoever it is, since grants see to that; but a candidate that lags has to fetch first.
 */
import { compareNaturally } from './names.ts';
import { isCandidate, type NodeUuid, type Roster, type RosterNode } from './roster.ts';
import { compareVersions, noVersion, type Version } from './version.ts';
import type { Ballot } from './vote.ts';
import { ballotOf } from './votes.ts';

/** Candidates that answer, best first: newest version held, then name. `except` is not one: the present master. */
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
    .toSorted((a, b) => compareVersions(b.held, a.held) || compareNaturally(a.node.name, b.node.name))
    .map(({ node }) => node);
}

/** The best of them; undefined if none answers. */
export const bestCandidate = (
  roster: Roster,
  ballots: readonly Ballot[],
  except: NodeUuid | null,
): RosterNode | undefined => candidatesByFreshness(roster, ballots, except)[0];

/** A node without an opinion on the master is as good as any; one of another cluster is none. */
function heldBy(node: RosterNode, { clusterUuid }: Roster, ballots: readonly Ballot[]): Version | undefined {
  const ballot = ballotOf(node, ballots);
  if (!ballot || ballot.kind === 'unreachable') return undefined;
  const { vote } = ballot;
  if (vote.clusterUuid !== clusterUuid || vote.node !== node.uuid) return undefined;
  return vote.holds ?? noVersion;
}
