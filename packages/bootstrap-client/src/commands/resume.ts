/** `quorate resume`: ends a pause, that of the cluster or that of one node. */
import { changePause, pausedThing, type PauseScope } from '../change-pause.ts';
import { printResult } from '../output.ts';

export default async function resume(options: PauseScope): Promise<number> {
  const version = await changePause(options, 0);
  const line = `${pausedThing(options)} is not paused any more`;
  printResult(options, { paused: false, node: options.node ?? null, version }, [line]);
  return 0;
}
