import { describe, expect, it } from 'vitest';
import { actsOnNothing, lateBy } from './lag-guard.ts';

describe('a timer of a program with a lease of 3 s', () => {
  it.each([
    [1_000, 1_000, 0, 'acts', 'in time'],
    [1_000, 990, 0, 'acts', 'early is not late'],
    [1_000, 1_250, 250, 'acts', 'a busy moment'],
    [1_000, 2_000, 1_000, 'acts', 'just a third of the lease'],
    [1_000, 2_001, 1_001, 'asks again', 'more'],
    [1_000, 61_000, 60_000, 'asks again', 'the host was frozen'],
  ])('due at %i, fired at %i: %i late, %s (%s)', (expectedMs, firedMs, lateMs, does) => {
    expect(lateBy(expectedMs, firedMs)).toBe(lateMs);
    expect(actsOnNothing(lateMs, 3_000) ? 'asks again' : 'acts').toBe(does);
  });

  it('is judged by the lease in force', () => {
    expect(actsOnNothing(500, 1_200)).toBe(true);
    expect(actsOnNothing(500, 60_000)).toBe(false);
  });
});
