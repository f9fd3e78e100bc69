/**
 * A clock whose hands the test moves: the twin of ../clock.ts, with the same behaviour towards whoever sleeps on it.
 *
 * Between two sleepers the event loop turns once, so that what the first one starts can go to sleep again in time.
 */
import type { Clock } from '../clock.ts';

export interface VirtualClock extends Clock {
  /** Moves time on, waking sleepers in order of their time; resolves when the woken have had their turn. */
  advance(ms: number): Promise<void>;
  /** How many sleep now. */
  sleepers(): number;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

const turnOfTheLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

export function virtualClock(start: Date = new Date('2026-01-01T00:00:00Z')): VirtualClock {
  let elapsed = 0;
  const sleeping = new Set<Sleeper>();

  const firstUntil = (limit: number): Sleeper | undefined =>
    [...sleeping].filter((each) => each.at <= limit).sort((a, b) => a.at - b.at)[0];

  const sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        sleeping.delete(sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        sleeping.delete(sleeper);
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const sleeper: Sleeper = { at: elapsed + Math.max(ms, 0), wake };
      sleeping.add(sleeper);
      signal?.addEventListener('abort', abort, { once: true });
      if (ms <= 0) wake();
    });

  const advance = async (ms: number) => {
    const until = elapsed + ms;
    await turnOfTheLoop();
    for (let next = firstUntil(until); next; next = firstUntil(until)) {
      elapsed = Math.max(elapsed, next.at);
      next.wake();
      await turnOfTheLoop();
    }
    elapsed = until;
  };

  return {
    now: () => new Date(start.getTime() + elapsed),
    monotonicMs: () => elapsed,
    sleep,
    advance,
    sleepers: () => sleeping.size,
  };
}
