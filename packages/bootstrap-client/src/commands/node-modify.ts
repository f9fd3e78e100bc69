/** `quorate node modify`: changes one node; success means a majority has the change. */
import { timings } from '@quorate/domain/timings';
import { describeVersion } from '@quorate/domain/version';
import { versionFrom } from '@quorate/rpc/messages';
import { masterServices } from '@quorate/rpc/services';
import { openCluster, type GlobalOptions } from '../context.ts';
import { printResult } from '../output.ts';

interface NodeModifyOptions extends GlobalOptions {
  readonly offline?: 'yes' | 'no';
}

export default async function nodeModify(options: NodeModifyOptions, name: string): Promise<number> {
  const { access, master } = await openCluster(options);
  const request = { name, ...(options.offline !== undefined && { offline: options.offline === 'yes' }) };
  const deadlineMs = timings.putConfigurationMs + timings.commitMs;
  const answer = await access.channels.call(master, masterServices.nodes.ModifyNode, request, { deadlineMs });
  const version = versionFrom(answer.version);
  printResult(options, { version }, [`Committed: ${describeVersion(version)}`]);
  return 0;
}
