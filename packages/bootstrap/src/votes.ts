/**
 * Asks every node of the electorate who is master: the round of votes behind health, failover and start-up.
 *
 * Each question has its own deadline, all go out at once, and a node that does not answer becomes a ballot
 * that says why. What the ballots mean is decided in domain/votes.ts.
 *
 * Counterpart in Ganeti: lib/bootstrap.py, _GatherMasterVotes.
 */
import { electorateOf } from '@quorate/domain/electorate';
import { clusterErrorFrom } from '@quorate/domain/errors';
import type { Roster, RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { Ballot, Vote } from '@quorate/domain/vote';
import { judgeVote } from '@quorate/domain/votes';
import { askMany } from '@quorate/rpc/ask-many';
import { voteFrom } from '@quorate/rpc/messages';
import { nodeServices } from '@quorate/rpc/services';
import { nodeDaemonOf, type ClusterAccess } from './cluster-access.ts';

export async function askVote(access: ClusterAccess, node: RosterNode, signal?: AbortSignal): Promise<Vote> {
  const method = nodeServices.vote.GetVote;
  const options = { deadlineMs: timings.voteMs, ...(signal && { signal }) };
  return voteFrom(await access.channels.call(nodeDaemonOf(node), method, {}, options));
}

async function ballotOf(
  access: ClusterAccess,
  node: RosterNode,
  roster: Roster,
  signal: AbortSignal,
): Promise<Ballot> {
  try {
    return judgeVote(node, await askVote(access, node, signal), roster);
  } catch (caught) {
    const error = clusterErrorFrom(caught);
    // The list that this goes into names the node already.
    return { kind: 'unreachable', node, reason: error.reason, why: error.facts['why'] ?? error.message };
  }
}

const notDecided = (): boolean => false;

/** Asks nodes marked offline, whose word counts for nothing but this: that somebody else was made master. */
export const askOffline = (access: ClusterAccess, roster: Roster): Promise<readonly Ballot[]> =>
  askMany(
    roster.nodes.filter(({ role }) => role === 'offline'),
    (node, signal) => ballotOf(access, node, roster, signal),
    { roundMs: timings.voteRoundMs },
  );

/**
 * One round of votes. `decided` and the signal may end it before everybody answered; nodes not waited for have no
 * ballot then (BEH-022, BEH-023). Asks the electorate unless other `nodes` are named.
 */
export const gatherVotes = (
  access: ClusterAccess,
  roster: Roster,
  decided: (ballots: readonly Ballot[]) => boolean = notDecided,
  nodes: readonly RosterNode[] = electorateOf(roster),
  signal?: AbortSignal,
): Promise<readonly Ballot[]> =>
  askMany(nodes, (node, ended) => ballotOf(access, node, roster, ended), {
    roundMs: timings.voteRoundMs,
    decided,
    ...(signal && { signal }),
  });
