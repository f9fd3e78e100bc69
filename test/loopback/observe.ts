/**
 * Waits, for a bounded time, until something is seen. The tools believe what they saw, not what a command
 * said of itself, so every step of a story ends here.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** What one look showed: a sentence either way. */
export interface Sight {
  readonly asWanted: boolean;
  readonly saw: string;
}

export const asWanted = (saw: string): Sight => ({ asWanted: true, saw });
export const notYet = (saw: string): Sight => ({ asWanted: false, saw });

/** The step's action or what was to be seen after it did not come about. */
export class NotObserved extends Error {
  constructor(wanted: string, limitMs: number, saw: string) {
    super(`expected within ${limitMs / 1000} s: ${wanted}; seen last: ${saw}`);
  }
}

export interface Watch {
  /** Completes "expected: …". */
  readonly wanted: string;
  readonly limitMs: number;
  readonly signal?: AbortSignal;
}

/** The sentence of the first look that was as wanted; throws NotObserved with that of the last one. */
export async function awaitSight(look: () => Promise<Sight>, watch: Watch): Promise<string> {
  const deadline = performance.now() + watch.limitMs;
  for (;;) {
    watch.signal?.throwIfAborted();
    const { asWanted: there, saw } = await look();
    if (there) return saw;
    if (performance.now() > deadline) throw new NotObserved(watch.wanted, watch.limitMs, saw);
    await sleep(100, undefined, watch.signal ? { signal: watch.signal } : {});
  }
}
