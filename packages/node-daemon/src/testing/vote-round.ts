/**
 * One round of votes over the wire, judged and added up by the domain's rules: what every operation begins with,
 * without the operations, which this package may not know.
 */
import { viewsOf } from '@quorate/cluster-state/views';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { electorateOf } from '@quorate/domain/electorate';
import { clusterErrorFrom } from '@quorate/domain/errors';
import type { RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { Ballot } from '@quorate/domain/vote';
import { judgeVote, tally, type Verdict } from '@quorate/domain/votes';
import { askMany } from '@quorate/rpc/ask-many';
import type { Channels } from '@quorate/rpc/channels';
import { voteFrom } from '@quorate/rpc/messages';
import { nodeServices } from '@quorate/rpc/services';
import { patient } from './wire-cluster.ts';

export interface VoteRound {
  readonly ballots: readonly Ballot[];
  readonly verdict: Verdict;
}

/** Asks the nodes of that record. */
export async function voteRound(channels: Channels, record: ClusterRecord): Promise<VoteRound> {
  const { roster } = viewsOf(record);
  const electorate = electorateOf(roster);
  const ask = async (node: RosterNode): Promise<Ballot> => {
    const { name, uuid, address, nodePort: port } = node;
    const peer = { kind: 'node', name, uuid, address, port } as const;
    try {
      const answer = await channels.call(peer, nodeServices.vote.GetVote, {}, patient);
      return judgeVote(node, voteFrom(answer), roster);
    } catch (caught) {
      const { reason, message } = clusterErrorFrom(caught);
      return { kind: 'unreachable', node, reason, why: message };
    }
  };
  const ballots = await askMany(electorate, ask, { roundMs: timings.voteRoundMs });
  return { ballots, verdict: tally(ballots, electorate) };
}
