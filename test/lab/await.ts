/** The lab's two ways of waiting: until something holds, for a bounded time, and until everything has ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from './lab-error.ts';

/** Asks again until it holds; says what did not happen when it does not. */
export async function awaitUntil(
  what: string,
  limitMs: number,
  holds: () => boolean | Promise<boolean>,
  describe: () => string | Promise<string> = () => '',
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) {
      const seen = await describe();
      throw new LabError(`${what}: not within ${limitMs / 1000} s${seen === '' ? '' : `; ${seen}`}`);
    }
    await sleep(20);
  }
}

/** As Promise.all, but when it throws nothing is under way any more, so that cleaning up meets nobody building. */
export async function awaitAll(works: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
