/** Whether leases keep a majority from granting now, told from a round of votes. */
import { electorateOf, majorityOf } from './electorate.ts';
import type { NodeUuid, Roster } from './roster.ts';
import type { Ballot, Vote } from './vote.ts';

export interface LeaseInTheWay {
  /** Null for voters that have restarted and do not know any more what they promised. */
  readonly holder: NodeUuid | null;
  /** For how long at least, ms, if nobody renews it. */
  readonly leftMs: number;
}

/** What keeps a majority from granting now: who holds the lease, and for how long at least. Null if nothing does. */
export function leaseInTheWay(
  own: NodeUuid,
  roster: Roster,
  ballots: readonly Ballot[],
): LeaseInTheWay | null {
  const electorate = electorateOf(roster);
  const votes = ballots.flatMap((b) => (b.kind === 'unreachable' ? [] : [b.vote]));
  const bound = votes.filter((vote) => isBound(vote, own));
  if (votes.length - bound.length >= majorityOf(electorate.length)) return null;
  const soonest = [...bound].sort((a, b) => a.leaseLeftMs - b.leaseLeftMs);
  // So many of them must have become free; the last of those decides how long.
  const missing = majorityOf(electorate.length) - (votes.length - bound.length);
  const last = soonest[missing - 1] ?? soonest.at(-1);
  return { holder: last?.leaseHolder ?? null, leftMs: last?.leaseLeftMs ?? 0 };
}

/** A voter that has restarted is bound to whoever was master of its epoch, and to nobody else (lease.ts, boundBy). */
const isBound = ({ leaseLeftMs, leaseHolder, master, epoch }: Vote, own: NodeUuid): boolean =>
  leaseLeftMs > 0 && (leaseHolder ?? (master?.epoch === epoch ? master.node : null)) !== own;
