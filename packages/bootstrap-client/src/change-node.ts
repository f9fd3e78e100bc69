/** Sends one change of one node to the master daemon of this host, and waits for the majority. */
import { timings } from '@quorate/domain/timings';
import type { Version } from '@quorate/domain/version';
import type { ModifyNodeRequest } from '@quorate/rpc/gen/quorate/master/v1/ModifyNodeRequest';
import { versionFrom } from '@quorate/rpc/messages';
import { masterServices } from '@quorate/rpc/services';
import { openCluster, type GlobalOptions } from './context.ts';

export interface ChangedNode {
  readonly version: Version;
  readonly notes: readonly string[];
  /** As `name -> value`. */
  readonly changes: readonly string[];
}

/** A node taken back is brought up to date first; one that is promoted is given the cluster key, and maybe others in its place. */
const deadlineMs = timings.putConfigurationMs + 2 * timings.voteMs + timings.commitMs;

export async function changeNode(options: GlobalOptions, request: ModifyNodeRequest): Promise<ChangedNode> {
  const { access, master } = await openCluster(options);
  const answer = await access.channels.call(master, masterServices.nodes.ModifyNode, request, { deadlineMs });
  return { version: versionFrom(answer.version), notes: answer.notes, changes: answer.changes };
}
