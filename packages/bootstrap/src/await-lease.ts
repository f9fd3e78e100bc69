/**
 * Waits until no lease keeps a majority from granting.
 *
 * Nobody is asked to grant while a promise to another lives: raising the epoch of some voters would depose a
 * master that a majority still obeys.
 */
import { electorateOf, majorityOf } from '@quorate/domain/electorate';
import { ClusterError } from '@quorate/domain/errors';
import { leaseInTheWay } from '@quorate/domain/lease-in-the-way';
import { nodeByUuid, type NodeUuid, type Roster } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { Ballot } from '@quorate/domain/vote';
import type { ClusterAccess } from './cluster-access.ts';
import { gatherVotes } from './votes.ts';

/**
 * Throws LEASE_LIVE if the lease is renewed all the while: its holder rules, and only this node cannot reach it;
 * NO_MAJORITY if too few answer any more. Gives up one lease after the first seen must have ended.
 */
export async function awaitLeaseEnd(access: ClusterAccess, roster: Roster, leaseMs: number): Promise<void> {
  const enough = (heard: readonly Ballot[]): boolean => !leaseInTheWay(access.own, roster, heard);
  let deadline: number | undefined;
  for (;;) {
    const ballots = await gatherVotes(access, roster, enough);
    const inTheWay = leaseInTheWay(access.own, roster, ballots);
    if (!inTheWay) return;
    deadline ??= access.clock.monotonicMs() + inTheWay.leftMs + leaseMs;
    if (access.clock.monotonicMs() > deadline) {
      throw tooFew(roster, ballots) ?? stillRuled(roster, inTheWay.holder);
    }
    await access.clock.sleep(Math.max(inTheWay.leftMs, timings.probeFirstMs));
  }
}

function tooFew(roster: Roster, ballots: readonly Ballot[]): ClusterError | undefined {
  const electorate = electorateOf(roster);
  const needed = majorityOf(electorate.length);
  const causes = ballots.flatMap((b) => (b.kind === 'unreachable' ? [`${b.node.name}: ${b.why}`] : []));
  if (electorate.length - causes.length >= needed) return undefined;
  const [all, missing] = [electorate.length, causes.join('; ')];
  return new ClusterError('NO_MAJORITY', `${needed} of ${all} nodes must answer; ${missing}`);
}

function stillRuled(roster: Roster, holder: NodeUuid | null): ClusterError {
  const name = nodeByUuid(roster, holder)?.name ?? 'another node';
  return new ClusterError('LEASE_LIVE', `A majority still renews the lease of ${name}, so it rules`, {
    hint: `This node may be cut off from ${name} alone; run the failover on a node that reaches it`,
  });
}
