/** In office: asks the nodes marked offline whether one of them was made master without voting (domain/rivals.ts). */
import type { ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { askOffline } from '@quorate/bootstrap/votes';
import { decideRivals, type RivalDecision } from '@quorate/domain/rivals';
import { rosterIn } from './in-office.ts';
import type { InOffice } from './tenure.ts';

export const lookForRivals = async (access: ClusterAccess, office: InOffice): Promise<RivalDecision> =>
  decideRivals(office.epoch, office.record.ours.history, await askOffline(access, rosterIn(office)));
