/**
 * Time as a value that is passed in, so that a test never waits for it.
 *
 * `now` is for what people read and for certificates; it may jump. Durations and limits are measured with
 * `monotonicMs`, which never does. The twin with hands is testing/clock.ts.
 */
import { performance } from 'node:perf_hooks';

export interface Clock {
  /** The time of day; may jump in either direction. */
  now(): Date;
  /** Milliseconds since some fixed moment; never goes back, and differences alone have a meaning. */
  monotonicMs(): number;
  /** Resolves after `ms` (at once if not positive), or rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Longer timers than this fire at once in Node. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const end = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const timer = setTimeout(end, Math.min(Math.max(ms, 0), longestTimerMs));
      const abort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
    }),
};
