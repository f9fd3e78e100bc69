/** Asks the electorate to grant an epoch to this node: the binding half of an election. */
import { electorateOf, majorityOf } from '@quorate/domain/electorate';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import type { NodeUuid, Roster, RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { Version } from '@quorate/domain/version';
import { askMany } from '@quorate/rpc/ask-many';
import { nodeServices } from '@quorate/rpc/services';
import { nodeDaemonOf, type ClusterAccess } from './cluster-access.ts';

interface GrantRequest {
  readonly epoch: number;
  readonly candidateUuid: NodeUuid;
  readonly version: Version;
  /** A grant is a lease of so long: time to take office. */
  readonly leaseMs: number;
}

type Answer = { readonly node: RosterNode; readonly refusal: ClusterError | null };

/**
 * Resolves when a majority of the electorate granted. Ends as soon as that is certain or impossible; throws
 * GRANT_REFUSED naming every node that was heard to refuse and why, with the highest epoch heard of as the
 * fact `epoch` (BEH-056).
 */
export async function requestGrants(
  access: ClusterAccess,
  roster: Roster,
  epoch: number,
  version: Version,
  leaseMs: number,
): Promise<void> {
  const electorate = electorateOf(roster);
  const needed = majorityOf(electorate.length);
  const request = { epoch, candidateUuid: access.own, version, leaseMs };
  const decided = (answers: readonly Answer[]): boolean =>
    granted(answers) >= needed || granted(answers) + (electorate.length - answers.length) < needed;

  const answers = await askMany(electorate, (node, signal) => askGrant(access, node, request, signal), {
    roundMs: timings.voteRoundMs,
    decided,
  });
  if (granted(answers) < needed) throw refused(answers, request, `${needed} of ${electorate.length}`);
}

async function askGrant(
  access: ClusterAccess,
  node: RosterNode,
  request: GrantRequest,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const options = { deadlineMs: timings.voteMs, signal };
    await access.channels.call(nodeDaemonOf(node), nodeServices.grant.RequestGrant, request, options);
    return { node, refusal: null };
  } catch (caught) {
    return { node, refusal: clusterErrorFrom(caught) };
  }
}

const granted = (answers: readonly Answer[]): number => answers.filter((a) => !a.refusal).length;

function refused(answers: readonly Answer[], { epoch }: GrantRequest, needed: string): ClusterError {
  const refusals = answers.flatMap(({ node, refusal }) => (refusal ? [{ node, refusal }] : []));
  const causes = refusals.map(({ node, refusal }) => `${node.name}: ${refusal.message}`);
  const highest = Math.max(epoch, ...refusals.map(({ refusal }) => Number(refusal.facts['epoch'] ?? 0)));
  return new ClusterError(
    'GRANT_REFUSED',
    `${needed} nodes must grant epoch ${epoch}, ${granted(answers)} did; ${causes.join('; ')}`,
    {
      hint: 'Another candidate may be taking the office; look with quorate status, then run the command again',
      facts: { epoch: String(highest) },
    },
  );
}
