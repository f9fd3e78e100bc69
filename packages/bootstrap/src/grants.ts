/** Asks the electorate to grant an epoch to this node: the binding half of an election. */
import { electorateOf, majorityOf } from '@quorate/domain/electorate';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import type { Roster, RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { Version } from '@quorate/domain/version';
import { askMany } from '@quorate/rpc/ask-many';
import { nodeServices } from '@quorate/rpc/services';
import { nodeDaemonOf, type ClusterAccess } from './cluster-access.ts';

type Answer = { readonly node: RosterNode; readonly refusal: ClusterError | null };

/**
 * Resolves when a majority of the electorate granted. Ends as soon as that is certain or impossible; throws
 * GRANT_REFUSED naming every node that did not grant and why, with the highest epoch heard of (BEH-056).
 */
export async function requestGrants(
  access: ClusterAccess,
  roster: Roster,
  epoch: number,
  version: Version,
): Promise<void> {
  const electorate = electorateOf(roster);
  const needed = majorityOf(electorate.length);
  const request = { epoch, candidateUuid: access.own, version };

  const ask = async (node: RosterNode, signal: AbortSignal): Promise<Answer> => {
    try {
      const options = { deadlineMs: timings.voteMs, signal };
      await access.channels.call(nodeDaemonOf(node), nodeServices.grant.RequestGrant, request, options);
      return { node, refusal: null };
    } catch (caught) {
      return { node, refusal: clusterErrorFrom(caught) };
    }
  };
  const granted = (answers: readonly Answer[]): number => answers.filter((a) => !a.refusal).length;
  const decided = (answers: readonly Answer[]): boolean =>
    granted(answers) >= needed || granted(answers) + (electorate.length - answers.length) < needed;

  const answers = await askMany(electorate, ask, { roundMs: timings.voteRoundMs, decided });
  if (granted(answers) >= needed) return;
  const refusals = answers.flatMap((a) => (a.refusal ? [`${a.node.name}: ${a.refusal.message}`] : []));
  throw new ClusterError(
    'GRANT_REFUSED',
    `${needed} of ${electorate.length} nodes must grant epoch ${epoch}, ${granted(answers)} did; ${refusals.join('; ')}`,
    {
      hint: 'Another candidate may be taking the office; look with quorate status, then run the command again',
    },
  );
}
