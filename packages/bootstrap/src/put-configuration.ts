/** Sends one version of the configuration to one node: the full record to candidates, the views to others. */
import { viewsOf } from '@quorate/cluster-state/views';
import type { CommitPlan } from '@quorate/domain/commit';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { writeRecord } from '@quorate/domain/record';
import { isCandidate, type Roster, type RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import { nodeServices } from '@quorate/rpc/services';
import { leavingDaemonOf, nodeDaemonOf, type ClusterAccess } from './cluster-access.ts';

/** A version made ready to be sent: texts are built once, however many nodes get them. */
export interface Parcel {
  readonly record: ClusterRecord;
  readonly roster: Roster;
  readonly ssconf: Readonly<Record<string, string>>;
  readonly recordText: string;
  readonly rosterText: string;
}

export function pack(record: ClusterRecord): Parcel {
  const { roster, ssconf } = viewsOf(record);
  return { record, roster, ssconf, recordText: writeRecord(record), rosterText: JSON.stringify(roster) };
}

/**
 * Resolves when the node has the version on disk, telling whether it holds the full text. Errors as the node
 * gave them: EPOCH_TOO_OLD means that somebody else is master now. With `rewrite` the node compares its disk with it
 * also if it has acknowledged that version before.
 */
export async function putConfiguration(
  access: ClusterAccess,
  node: RosterNode,
  parcel: Parcel,
  { rewrite = false }: { readonly rewrite?: boolean } = {},
): Promise<{ readonly holdsRecord: boolean }> {
  const request = {
    version: parcel.record.version,
    masterUuid: parcel.record.configuration.cluster.master_node || access.own,
    roster: parcel.rosterText,
    ssconf: parcel.ssconf,
    ...(isCandidate(node) && { record: parcel.recordText }),
    rewrite,
  };
  const options = { deadlineMs: timings.putConfigurationMs };
  return access.channels.call(
    takesPart(parcel.roster, node) ? nodeDaemonOf(node) : leavingDaemonOf(node),
    nodeServices.configuration.PutConfiguration,
    request,
    options,
  );
}

/** Who is out of it by this very version may show a certificate that this version revokes. */
const takesPart = (roster: Roster, { uuid }: RosterNode): boolean =>
  roster.nodes.some((node) => node.uuid === uuid && node.role !== 'offline');

/**
 * Whoever has a say in it: a node that this very change marks offline, or removes, votes on it once more. Others marked
 * offline are sent nothing; they are brought up to date when they are back.
 */
export const nodesToUpdate = (roster: Roster, plan: CommitPlan | null): readonly RosterNode[] => [
  ...roster.nodes.filter(
    ({ uuid, role }) =>
      role !== 'offline' || (plan?.electorates.some((voters) => voters.includes(uuid)) ?? false),
  ),
  ...(plan?.leaving ?? []),
];
