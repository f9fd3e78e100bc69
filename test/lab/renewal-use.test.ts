import { describe, expect, it } from 'vitest';
import { growthIn, type Sample } from './renewal-use.ts';

/** One look at each of 30 renewals; a saw of three teeth lies on what `rises` says. */
const samples = (rises: (renewals: number) => { readonly kiB: number; readonly files: number }) =>
  Array.from({ length: 31 }, (_, renewals): Sample => {
    const { kiB, files } = rises(renewals);
    const tooth = (renewals % 3) * 10_000;
    return { of: 'q1 quorate-noded', renewals, rssKiB: 80_000 + tooth + kiB, files: 25 + files };
  });

const faultIn = (seen: readonly Sample[]) => growthIn(seen, 6).map(({ fault }) => fault !== undefined);

describe('growthIn', () => {
  it.each([
    ['a saw', () => ({ kiB: 0, files: 0 }), false],
    ['what settles in the first renewals', (n: number) => ({ kiB: n < 6 ? 0 : 40_000, files: 0 }), false],
    ['1 MiB more at each', (n: number) => ({ kiB: n * 1024, files: 0 }), true],
    ['one file more at each', (n: number) => ({ kiB: 0, files: n }), true],
  ])('%s', (_, rises, isFault) => expect(faultIn(samples(rises))).toEqual([isFault]));

  it('tells nothing from a few, and of a daemon nobody saw there is none', () => {
    const few = samples((n) => ({ kiB: n * 9_000, files: n })).slice(0, 12);
    expect(faultIn(few)).toEqual([false]);
    expect(growthIn([], 6)).toEqual([]);
  });
});
