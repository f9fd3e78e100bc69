/** Sends one change of one node to the master daemon of this host, and waits for the majority. */
import { timings } from '@quorate/domain/timings';
import type { Version } from '@quorate/domain/version';
import type { ModifyNodeRequest } from '@quorate/rpc/gen/quorate/master/v1/ModifyNodeRequest';
import { versionFrom } from '@quorate/rpc/messages';
import { masterServices } from '@quorate/rpc/services';
import { openCluster, type GlobalOptions } from './context.ts';

export async function changeNode(options: GlobalOptions, request: ModifyNodeRequest): Promise<Version> {
  const { access, master } = await openCluster(options);
  const deadlineMs = timings.putConfigurationMs + timings.commitMs;
  const answer = await access.channels.call(master, masterServices.nodes.ModifyNode, request, { deadlineMs });
  return versionFrom(answer.version);
}
