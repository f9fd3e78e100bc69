/** `quorate pause`: nothing is done automatically until it is resumed, or for a time. */
import { systemClock } from '@quorate/platform/clock';
import { changeParameters } from '../change-parameters.ts';
import type { GlobalOptions } from '../context.ts';
import { printResult } from '../output.ts';

interface PauseOptions extends GlobalOptions {
  /** Seconds; without it, until resumed. */
  readonly for?: number;
}

/** The largest number the wire carries: without end. */
const withoutEnd = 0xffff_ffff;

export default async function pause(options: PauseOptions): Promise<number> {
  const nowSeconds = systemClock.now().getTime() / 1000;
  const pausedUntilSeconds = Math.min(withoutEnd, Math.ceil(nowSeconds + (options.for ?? Infinity)));
  const { version } = await changeParameters(options, { pausedUntilSeconds });
  const end = pausedUntilSeconds === withoutEnd ? null : new Date(pausedUntilSeconds * 1000).toISOString();
  const line = end
    ? `Automatic failover is paused until ${end}`
    : 'Automatic failover is paused until quorate resume';
  printResult(options, { paused: true, until: end, version }, [line]);
  return 0;
}
