import { describe, expect, it } from 'vitest';
import { virtualClock } from './testing/clock.ts';
import { awaitUntil, type Wait } from './wait.ts';

/** As Ganeti waits: every second, for ten. */
function wait(overrides: Partial<Wait> = {}) {
  const clock = virtualClock();
  const what = 'the node daemon of node2 to answer';
  return { what, limitMs: 10_000, firstMs: 1_000, maxMs: 1_000, ...overrides, clock };
}

/** Runs the wait on its virtual clock; the outcome, and when it was. */
async function outcomeOf(promise: Promise<void>, clock: ReturnType<typeof virtualClock>) {
  let seen: { at: number; error?: unknown } | undefined;
  void promise.then(
    () => (seen = { at: clock.monotonicMs() }),
    (error: unknown) => (seen = { at: clock.monotonicMs(), error }),
  );
  while (!seen && clock.monotonicMs() < 60_000) await clock.advance(100);
  return seen;
}

/** `n` not yet, `y` yes, `e` an error; the last one is repeated. */
function probe(line: string) {
  const asked: number[] = [];
  const answer = (remainingMs: number): Promise<boolean> => {
    const letter = line[Math.min(asked.length, line.length - 1)];
    asked.push(remainingMs);
    return letter === 'e' ? Promise.reject(new Error('connection refused')) : Promise.resolve(letter === 'y');
  };
  return Object.assign(answer, { asked });
}

describe('awaitUntil', () => {
  it.each([
    ['BEH-190', 'y', 0, 'at once'],
    ['BEH-188', 'nny', 2_000, 'at the third try'],
    ['BEH-190', 'eey', 2_000, 'a failing probe counts as not yet'],
  ])('%s %s succeeds after %i ms: %s', async (_beh, line, at) => {
    const options = wait();
    expect(await outcomeOf(awaitUntil(probe(line), options), options.clock)).toEqual({ at });
  });

  it.each([
    ['BEH-189 BEH-191', 'n', 'Waited 10 s in vain for the node daemon of node2 to answer'],
    [
      'BEH-193',
      'e',
      'Waited 10 s in vain for the node daemon of node2 to answer (the last attempt said: connection refused)',
    ],
  ])('%s %s ends after the limit, naming what and how long', async (_beh, line, message) => {
    const options = wait();
    const outcome = await outcomeOf(awaitUntil(probe(line), options), options.clock);
    expect(outcome?.at).toBe(10_000);
    expect(outcome?.error).toMatchObject({ reason: 'TIMED_OUT', message });
  });

  it('BEH-196 a probe that hangs does not lengthen the wait', async () => {
    const options = wait({ limitMs: 1_500 });
    const hangs = () => new Promise<boolean>(() => undefined);
    const outcome = await outcomeOf(awaitUntil(hangs, options), options.clock);
    expect(outcome).toMatchObject({ at: 1_500, error: { reason: 'TIMED_OUT' } });
    expect(options.clock.sleepers()).toBe(0);
  });

  it('BEH-196 each probe is told what remains', async () => {
    const options = wait({ limitMs: 2_500 });
    const asked = probe('n');
    await outcomeOf(awaitUntil(asked, options), options.clock);
    expect(asked.asked).toEqual([2_500, 1_500, 500]);
  });

  it('a probe that fails after the wait has ended harms nobody', async () => {
    const options = wait({ limitMs: 1_000 });
    const late = () => options.clock.sleep(5_000).then(() => Promise.reject(new Error('late')));
    expect(await outcomeOf(awaitUntil(late, options), options.clock)).toMatchObject({ at: 1_000 });
    await options.clock.advance(10_000);
  });

  it('pauses longer each time, up to the longest', async () => {
    const options = wait({ limitMs: 1_000, firstMs: 50, maxMs: 400 });
    const asked = probe('n');
    await outcomeOf(awaitUntil(asked, options), options.clock);
    expect(asked.asked).toEqual([1_000, 950, 850, 650, 250]);
  });

  it.each(['nothing answers yet', 'a probe hangs'])('ends early when told to, while %s', async (when) => {
    const controller = new AbortController();
    const options = wait({ signal: controller.signal });
    const hangs = () => new Promise<boolean>(() => undefined);
    const waiting = awaitUntil(when === 'a probe hangs' ? hangs : probe('n'), options);
    const ended = waiting.catch((error: unknown) => error);
    await options.clock.advance(500);
    controller.abort(new Error('Ended by SIGTERM'));
    expect(await ended).toMatchObject({ message: 'Ended by SIGTERM' });
    expect(options.clock.sleepers()).toBe(0);
  });
});
