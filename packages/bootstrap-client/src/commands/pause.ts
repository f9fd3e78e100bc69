/** `quorate pause`: nothing is done automatically, or not by one node, until it is resumed or for a time. */
import { systemClock } from '@quorate/platform/clock';
import { changePause, pausedThing, type PauseScope, pauseWithoutEnd } from '../change-pause.ts';
import { printResult } from '../output.ts';

interface PauseOptions extends PauseScope {
  /** Seconds; without it, until resumed. */
  readonly for?: number;
}

export default async function pause(options: PauseOptions): Promise<number> {
  const nowSeconds = systemClock.now().getTime() / 1000;
  const untilSeconds = Math.min(pauseWithoutEnd, Math.ceil(nowSeconds + (options.for ?? Infinity)));
  const version = await changePause(options, untilSeconds);
  const until = untilSeconds === pauseWithoutEnd ? null : new Date(untilSeconds * 1000).toISOString();
  const line = `${pausedThing(options)} is paused until ${until ?? resumeCommand(options)}`;
  printResult(options, { paused: true, node: options.node ?? null, until, version }, [line]);
  return 0;
}

const resumeCommand = ({ node }: PauseScope): string =>
  node === undefined ? 'quorate resume' : `quorate resume --node ${node}`;
