import { describe, expect, it } from 'vitest';
import { systemClock, type Clock } from './clock.ts';
import { virtualClock } from './testing/clock.ts';

const clocks: readonly (readonly [string, Clock])[] = [
  ['system', systemClock],
  ['virtual', virtualClock()],
];

describe.each(clocks)('the %s clock', (_, clock) => {
  it('wakes at once from a sleep that is not positive', async () => {
    await expect(Promise.all([clock.sleep(0), clock.sleep(-5)])).resolves.toHaveLength(2);
  });

  it('rejects with the reason of a signal that has aborted', async () => {
    await expect(clock.sleep(60_000, AbortSignal.abort('enough'))).rejects.toBe('enough');
  });

  it('rejects as soon as the signal aborts', async () => {
    const controller = new AbortController();
    const asleep = clock.sleep(60_000, controller.signal);
    controller.abort('enough');
    await expect(asleep).rejects.toBe('enough');
  });
});

describe('the virtual clock', () => {
  it('wakes sleepers in order of their time, and those that go to sleep again on the way', async () => {
    const clock = virtualClock();
    const log: string[] = [];
    const tick = async (name: string, ms: number, times: number) => {
      for (let n = 0; n < times; n += 1) {
        await clock.sleep(ms);
        log.push(`${name}@${clock.monotonicMs()}`);
      }
    };
    void tick('slow', 30, 1);
    void tick('fast', 20, 3);
    await clock.advance(40);
    expect(log).toEqual(['fast@20', 'slow@30', 'fast@40']);
    expect(clock.sleepers()).toBe(1);
  });

  it('shows the time of day that belongs to it', async () => {
    const clock = virtualClock(new Date('2026-03-01T00:00:00Z'));
    await clock.advance(1500);
    expect(clock.now().toISOString()).toBe('2026-03-01T00:00:01.500Z');
  });
});

describe('the system clock', () => {
  it('does not take a very long sleep for none', async () => {
    const controller = new AbortController();
    const asleep = systemClock.sleep(2 ** 40, controller.signal);
    const first = await Promise.race([asleep, systemClock.sleep(20).then(() => 'still asleep')]);
    expect(first).toBe('still asleep');
    controller.abort('enough');
    await expect(asleep).rejects.toBe('enough');
  });
});
