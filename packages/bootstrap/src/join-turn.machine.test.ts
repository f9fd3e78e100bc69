import { timings } from '@quorate/domain/timings';
import { systemClock } from '@quorate/platform/clock';
import { virtualClock } from '@quorate/platform/testing/clock';
import { expect, it } from 'vitest';
import { joinTurn } from './join-turn.ts';

const root = `/join-turn-of-process-${process.pid}`;

it('joins of one command and of two go one after the other, also after one that failed', async () => {
  const commands = [joinTurn({ root }, systemClock), joinTurn({ root }, systemClock)];
  let [inside, most] = [0, 0];
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
    throw new Error('failed');
  };
  const ends = await Promise.allSettled([...commands, ...commands].map((turn) => turn(work)));
  expect([most, ends.map(({ status }) => status)]).toEqual([1, Array(4).fill('rejected')]);
});

it('joins on another root do not wait', async () => {
  const other = joinTurn({ root: `${root}-other` }, systemClock);
  expect(await joinTurn({ root }, systemClock)(() => other(async () => 'both'))).toBe('both');
});

it('another command that does not end its turn is waited for, but not for ever', async () => {
  let finish = (): void => undefined;
  const holder = joinTurn({ root }, systemClock)(() => new Promise<void>((resolve) => (finish = resolve)));
  const clock = virtualClock();
  const waiting = joinTurn({ root }, clock)(async () => 'never').catch((error: unknown) => error);
  await clock.advance(timings.joinTurnMs);
  expect(await waiting).toMatchObject({
    reason: 'TIMED_OUT',
    message: expect.stringContaining('another node add on this host'),
  });
  finish();
  await holder;
});
