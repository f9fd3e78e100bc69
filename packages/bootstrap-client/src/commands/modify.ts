/** `quorate modify`: changes parameters of the cluster; success means a majority has the change. */
import { ClusterError } from '@quorate/domain/errors';
import { timings } from '@quorate/domain/timings';
import { describeVersion } from '@quorate/domain/version';
import { masterServices } from '@quorate/rpc/services';
import { openCluster, type GlobalOptions } from '../context.ts';
import { printNote, printResult } from '../output.ts';

interface ModifyOptions extends GlobalOptions {
  readonly candidatePoolSize?: number;
}

export default async function modify(options: ModifyOptions): Promise<number> {
  const { candidatePoolSize } = options;
  // A negative number has no form on the wire; the rest is checked by the rule itself (BEH-135).
  if (candidatePoolSize !== undefined && candidatePoolSize < 1) {
    throw new ClusterError(
      'WRONG_INPUT',
      `Candidate pool size ${candidatePoolSize} is not a whole number of at least 1`,
    );
  }
  const { access, master } = await openCluster(options);
  const request = candidatePoolSize === undefined ? {} : { candidatePoolSize };
  const method = masterServices.parameters.ModifyCluster;
  const deadlineMs = timings.commitMs + timings.voteMs;
  const { version, notes } = await access.channels.call(master, method, request, { deadlineMs });
  for (const note of notes) printNote(note);
  printResult(options, { version, notes }, version ? [`Committed: ${describeVersion(version)}`] : []);
  return 0;
}
