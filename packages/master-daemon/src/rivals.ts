/** In office: asks the nodes marked offline whether one of them was made master without voting (domain/rivals.ts). */
import type { ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { askOffline } from '@quorate/bootstrap/votes';
import { laterMastership, overruledMasterships } from '@quorate/domain/rivals';
import type { Mastership } from '@quorate/domain/voter-record';
import { rosterIn } from './in-office.ts';
import type { InOffice } from './tenure.ts';

export interface Rivals {
  /** Made master in a later epoch: this office is over. */
  readonly successor: Mastership | undefined;
  /** Of earlier epochs, that the history of this office lacks. */
  readonly overruled: readonly Mastership[];
}

export async function findRivals(access: ClusterAccess, office: InOffice): Promise<Rivals> {
  const ballots = await askOffline(access, rosterIn(office));
  const successor = laterMastership(ballots, office.epoch);
  return { successor, overruled: overruledMasterships(office.record.ours.history, ballots) };
}
