/**
 * In office: one look at all nodes. Resolves to the tenure that follows.
 *
 * Finds out whether somebody else was elected and brings nodes that lag up to date; beside it, raises the
 * address again if it is gone from this host. The lease is kept elsewhere (lease-keeper.ts).
 */
import { nodeOf, type ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { getOffice, leaveOffice, takeOffice } from '@quorate/bootstrap/office';
import { gatherVotes } from '@quorate/bootstrap/votes';
import { laterMastership } from '@quorate/domain/rivals';
import { rosterOf } from '@quorate/domain/roster-of';
import { nodeByUuid, type Roster } from '@quorate/domain/roster';
import type { Mastership as MastershipOf } from '@quorate/domain/voter-record';
import { bringUpToDate } from './authority.ts';
import type { InOffice, Standby, Tenure } from './tenure.ts';

export const rosterIn = (office: InOffice): Roster => rosterOf(office.pending?.record ?? office.record, '');

export async function lookAfter(access: ClusterAccess, office: InOffice): Promise<Tenure> {
  const roster = rosterIn(office);
  const ballots = await gatherVotes(access, roster);
  const successor = laterMastership(ballots, office.epoch);
  if (successor) return giveUp(access, office, roster, successor);
  return bringUpToDate(access, office, ballots);
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
  if (!seen.masterIpHere && leaseUntilMs > access.clock.monotonicMs()) {
    await takeOffice(access, own, office.epoch, leaseUntilMs);
  }
}
