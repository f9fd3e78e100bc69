/** Whether leases keep a majority from granting now, told from a round of votes. */
import { majorityOf } from './electorate.ts';
import { survey } from './failover-scene.ts';
import type { NodeUuid, Roster } from './roster.ts';
import type { Ballot, Vote } from './vote.ts';

export interface LeaseInTheWay {
  /** Null for voters that have restarted and do not know any more what they promised. */
  readonly holder: NodeUuid | null;
  /** For how long at least, ms, if nobody renews it; counted from the answers. */
  readonly leftMs: number;
  /** Nothing but time is missing: those that answer are a majority once that long has passed. */
  readonly passes: boolean;
}

/** What keeps a majority from granting now: who holds the lease, and for how long at least. Null if nothing does. */
export function leaseInTheWay(
  own: NodeUuid,
  roster: Roster,
  ballots: readonly Ballot[],
): LeaseInTheWay | null {
  const { electorate, answers } = survey({ own, roster, ballots, ownVersion: null });
  const voters = new Set(electorate.map(({ uuid }) => uuid));
  const votes = answers.filter(({ node }) => voters.has(node.uuid)).map(({ vote }) => vote);
  const bound = votes.filter((vote) => isBound(vote, own));
  const needed = majorityOf(electorate.length);
  // So many of them must have become free; the last of those decides how long.
  const missing = needed - (votes.length - bound.length);
  if (missing <= 0) return null;
  const soonest = bound.toSorted((a, b) => a.leaseLeftMs - b.leaseLeftMs);
  const last = soonest[missing - 1] ?? soonest.at(-1);
  return {
    holder: last?.leaseHolder ?? null,
    leftMs: last?.leaseLeftMs ?? 0,
    passes: votes.length >= needed,
  };
}

/**
 * Whether it would grant `own` nothing for a while. A voter that has restarted is bound to whoever was master of its epoch, and to nobody else
 * (lease.ts, boundBy).
 */
export const isBound = ({ leaseLeftMs, leaseHolder, master, epoch }: Vote, own: NodeUuid): boolean =>
  leaseLeftMs > 0 && (leaseHolder ?? (master?.epoch === epoch ? master.node : null)) !== own;
