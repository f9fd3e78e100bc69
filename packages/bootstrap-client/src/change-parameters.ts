/** Sends one change of the cluster's parameters to the master daemon of this host, and waits for the majority. */
import { timings } from '@quorate/domain/timings';
import type { Version } from '@quorate/domain/version';
import type { ModifyClusterRequest } from '@quorate/rpc/gen/quorate/master/v1/ModifyClusterRequest';
import { versionFrom } from '@quorate/rpc/messages';
import { masterServices } from '@quorate/rpc/services';
import { openCluster, type GlobalOptions } from './context.ts';
import { printNote } from './output.ts';

export interface CommittedChange {
  readonly version: Version;
  readonly notes: readonly string[];
}

export async function changeParameters(
  options: GlobalOptions,
  request: ModifyClusterRequest,
): Promise<CommittedChange> {
  const { access, master } = await openCluster(options);
  const method = masterServices.parameters.ModifyCluster;
  const deadlineMs = timings.commitMs + timings.voteMs;
  const { version, notes } = await access.channels.call(master, method, request, { deadlineMs });
  for (const note of notes) printNote(note);
  return { version: versionFrom(version), notes };
}
