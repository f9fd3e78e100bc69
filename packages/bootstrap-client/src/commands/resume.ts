/** `quorate resume`: ends a pause. */
import { changeParameters } from '../change-parameters.ts';
import type { GlobalOptions } from '../context.ts';
import { printResult } from '../output.ts';

export default async function resume(options: GlobalOptions): Promise<number> {
  const { version } = await changeParameters(options, { pausedUntilSeconds: 0 });
  printResult(options, { paused: false, version }, ['Automatic failover is not paused any more']);
  return 0;
}
