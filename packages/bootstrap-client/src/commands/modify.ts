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
  if (candidatePoolSize !== undefined) assertOnWire(candidatePoolSize);
  const { access, master } = await openCluster(options);
  const request = candidatePoolSize === undefined ? {} : { candidatePoolSize };
  const method = masterServices.parameters.ModifyCluster;
  const deadlineMs = timings.commitMs + timings.voteMs;
  const { version, notes } = await access.channels.call(master, method, request, { deadlineMs });
  for (const note of notes) printNote(note);
  printResult(options, { version, notes }, version ? [`Committed: ${describeVersion(version)}`] : []);
  return 0;
}

/** On the wire it has 32 bits: a number outside them would arrive as another one. The rule itself is the master's (BEH-135). */
function assertOnWire(size: number): void {
  if (size >= 1 && size <= 0xffff_ffff) return;
  throw new ClusterError(
    'WRONG_INPUT',
    `Candidate pool size ${size} is not a whole number from 1 to ${0xffff_ffff}`,
  );
}
