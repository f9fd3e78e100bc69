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
 * One round of votes about the lease. It ends as soon as a majority is free, and when the lease that is in the way
 * has ended by the word of those that answered: a dead node is not waited for, because asking again tells more.
 */
export async function askAboutLease(access: ClusterAccess, roster: Roster): Promise<readonly Ballot[]> {
  const { own, clock } = access;
  const round = new AbortController();
  const end = (): void => round.abort();
  const isFree = (heard: readonly Ballot[]): boolean => {
    const inTheWay = leaseInTheWay(own, roster, heard);
    if (inTheWay?.passes) clock.sleep(pauseFor(inTheWay.leftMs), round.signal).then(end, () => undefined);
    return inTheWay === null;
  };
  try {
    return await gatherVotes(access, roster, isFree, undefined, round.signal);
  } finally {
    end();
  }
}

/** Until a lease of which so much is left is over, ms; whole ones, and never none: what is over is asked about again. */
export const pauseFor = (leftMs: number): number => Math.max(1, Math.ceil(leftMs));

/**
 * Throws LEASE_LIVE if the lease is renewed all the while: its holder rules, and only this node cannot reach it;
 * NO_MAJORITY if too few answer any more. Gives up one lease after the first seen must have ended.
 */
export async function awaitLeaseEnd(access: ClusterAccess, roster: Roster, leaseMs: number): Promise<void> {
  const { clock } = access;
  let deadline: number | undefined;
  for (;;) {
    const askedMs = clock.monotonicMs();
    const ballots = await askAboutLease(access, roster);
    const inTheWay = leaseInTheWay(access.own, roster, ballots);
    if (!inTheWay) return;
    deadline ??= askedMs + inTheWay.leftMs + leaseMs;
    if (clock.monotonicMs() > deadline) {
      throw tooFew(roster, ballots) ?? stillRuled(roster, inTheWay.holder);
    }
    const leftMs = inTheWay.leftMs - (clock.monotonicMs() - askedMs);
    await clock.sleep(inTheWay.passes ? pauseFor(leftMs) : Math.max(leftMs, timings.probeFirstMs));
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
