/**
 * Time as a value that is passed in, so that a test never waits for it.
 *
 * `now` is for what people read and for certificates; it may jump. Durations and limits are measured with
 * `monotonicMs`, which never does. The twin with hands is testing/clock.ts.
 */

export interface Clock {
  /** The time of day; may jump in either direction. */
  now(): Date;
  /**
   * Milliseconds since some fixed moment, the same one for all processes of a host; never goes back, and
   * differences alone have a meaning. A process that is frozen finds it gone on.
   */
  monotonicMs(): number;
  /** Resolves after `ms` (at once if not positive), or rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Longer timers than this fire at once in Node. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => Number(process.hrtime.bigint() / 1_000n) / 1_000,
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
