/**
 * Waits until no lease keeps a majority from granting.
 *
 * Nobody is asked to grant while a promise to another lives: raising the epoch of some voters would depose a
 * master that a majority still obeys.
 */
import { ClusterError } from '@quorate/domain/errors';
import { leaseInTheWay } from '@quorate/domain/lease-in-the-way';
import { nodeByUuid, type NodeUuid, type Roster } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { Ballot } from '@quorate/domain/vote';
import type { ClusterAccess } from './cluster-access.ts';
import { gatherVotes } from './votes.ts';

/** Throws LEASE_LIVE if the lease is renewed all the while: its holder rules, and only this node cannot reach it. */
export async function awaitLeaseEnd(access: ClusterAccess, roster: Roster, leaseMs: number): Promise<void> {
  const enough = (ballots: readonly Ballot[]): boolean => !leaseInTheWay(access.own, roster, ballots);
  const deadline = access.clock.monotonicMs() + 2 * leaseMs;
  for (;;) {
    const inTheWay = leaseInTheWay(access.own, roster, await gatherVotes(access, roster, enough));
    if (!inTheWay) return;
    if (access.clock.monotonicMs() > deadline) throw stillRuled(roster, inTheWay.holder);
    await access.clock.sleep(Math.max(inTheWay.leftMs, timings.probeFirstMs));
  }
}

function stillRuled(roster: Roster, holder: NodeUuid | null): ClusterError {
  const name = nodeByUuid(roster, holder)?.name ?? 'another node';
  return new ClusterError('LEASE_LIVE', `A majority still renews the lease of ${name}, so it rules`, {
    hint: `This node may be cut off from ${name} alone; run the failover on a node that reaches it`,
  });
}
