import { expect, it } from 'vitest';
import { createTallyOfRepeats } from './tally-of-repeats.ts';

it('the first of a kind is written, its repeats are counted', () => {
  const tally = createTallyOfRepeats<number>(2);
  expect(['a', 'b', 'a', 'a'].map((key, i) => tally.add(key, i))).toEqual([true, true, false, false]);
  expect(tally.summary()).toEqual({ repeated: [{ first: 0, repeats: 2 }], others: 0 });
});

it('beyond the bound nothing is written, and all of it is counted', () => {
  const tally = createTallyOfRepeats<number>(1);
  const written = Array.from({ length: 1_000 }, (_, i) => tally.add(String(i), i)).filter(Boolean);
  expect(written).toHaveLength(1);
  expect(tally.summary()).toEqual({ repeated: [], others: 999 });
});

it('a new period begins with nothing', () => {
  const tally = createTallyOfRepeats<number>(1);
  tally.add('a', 1);
  tally.summary();
  expect(tally.add('b', 2)).toBe(true);
  expect(tally.summary()).toEqual({ repeated: [], others: 0 });
});
