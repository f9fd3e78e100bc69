/** In office: asks the nodes marked offline whether one of them was made master without voting (domain/rivals.ts). */
import type { ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { pack, putConfiguration } from '@quorate/bootstrap/put-configuration';
import { askOffline } from '@quorate/bootstrap/votes';
import { decideRivals, type RivalDecision } from '@quorate/domain/rivals';
import type { RosterNode } from '@quorate/domain/roster';
import { rosterIn } from './in-office.ts';
import type { PushPauses } from './push-pauses.ts';
import type { InOffice } from './tenure.ts';

export const lookForRivals = async (access: ClusterAccess, office: InOffice): Promise<RivalDecision> =>
  decideRivals(office.epoch, office.record.ours.history, await askOffline(access, rosterIn(office)));

/** They stay offline and vote on nothing; they only learn whom to name, and give up what they hold for another. */
export async function correctMisled(
  access: ClusterAccess,
  { record }: InOffice,
  nodes: readonly RosterNode[],
  pauses: PushPauses,
): Promise<void> {
  const due = nodes.filter(({ uuid }) => pauses.isDue(uuid, record.version));
  const parcel = pack(record);
  await Promise.all(
    due.map(async (node) => {
      const taken = await putConfiguration(access, node, parcel).then(
        () => true,
        () => false,
      );
      pauses.note(node.uuid, record.version, taken);
    }),
  );
}
