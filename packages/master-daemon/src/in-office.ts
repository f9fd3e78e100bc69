/**
 * In office: one look at all nodes.
 *
 * Finds out whether somebody else was elected and brings nodes that lag up to date; beside it, raises the
 * address again if it is gone from this host and its node daemon, which keeps it, knows nothing of it. The lease is kept elsewhere (lease-keeper.ts).
 */
import { nodeOf, type ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { getOffice, leaveOffice, takeOffice } from '@quorate/bootstrap/office';
import { nodesToUpdate } from '@quorate/bootstrap/put-configuration';
import { gatherVotes } from '@quorate/bootstrap/votes';
import { highestPromised, laterMastership } from '@quorate/domain/rivals';
import { rosterOf } from '@quorate/domain/roster-of';
import { nodeByUuid, type Roster } from '@quorate/domain/roster';
import type { Mastership as MastershipOf } from '@quorate/domain/voter-record';
import { bringUpToDate } from './authority.ts';
import { noPauses, type PushPauses } from './push-pauses.ts';
import type { InOffice, Standby, Tenure } from './tenure.ts';

export const rosterIn = (office: InOffice): Roster => rosterOf(office.pending?.record ?? office.record, '');

export interface Look {
  /** What this node is from now on. */
  readonly tenure: Tenure;
  /** The highest epoch that a voter has promised: who promised a later one than this office's follows it no more. */
  readonly highestPromised: number;
}

export async function lookAfter(
  access: ClusterAccess,
  office: InOffice,
  pauses: PushPauses = noPauses,
): Promise<Look> {
  const roster = rosterIn(office);
  const voters = nodesToUpdate(roster, office.pending?.plan ?? null);
  const ballots = await gatherVotes(access, roster, undefined, voters);
  const successor = laterMastership(ballots, office.epoch);
  const tenure = await (successor
    ? giveUp(access, office, roster, successor)
    : bringUpToDate(access, office, ballots, pauses));
  return { tenure, highestPromised: highestPromised(ballots) };
}

/** The node daemon of this host takes the address down and is told the epoch that ended ours. */
export async function giveUp(
  access: ClusterAccess,
  office: InOffice,
  roster: Roster,
  successor: MastershipOf,
): Promise<Standby> {
  const own = nodeOf(roster, access.own);
  await leaveOffice(access, own, Math.max(office.epoch, successor.epoch)).catch(() => undefined);
  return deposedBy(successor, roster);
}

export function deposedBy({ node, epoch }: MastershipOf, roster: Roster): Standby {
  const name = nodeByUuid(roster, node)?.name ?? node;
  return { kind: 'standby', why: `${name} was made master in epoch ${epoch}` };
}

/** Apart from the look, so that an address which cannot be raised does not keep a change from being decided. */
export async function keepAddress(
  access: ClusterAccess,
  office: InOffice,
  leaseUntilMs: number,
): Promise<void> {
  const own = nodeOf(rosterIn(office), access.own);
  const seen = await getOffice(access, own);
  if (!seen.masterIpHere && !seen.masterIpLowered && leaseUntilMs > access.clock.monotonicMs()) {
    await takeOffice(access, own, office.epoch, leaseUntilMs);
  }
}
