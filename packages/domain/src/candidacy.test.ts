import { describe, expect, it } from 'vitest';
import { type Candidacy, candidacyOf, isPaused, parsePriority, requirePriority } from './candidacy.ts';

describe('a priority', () => {
  it.each([
    ['0', 0],
    ['50', 50],
    ['100', 100],
    ['007', 7],
  ])('typed as %s is %i', (text, priority) => expect(parsePriority(text)).toBe(priority));

  it.each(['101', '-1', '2.5', '1e1', '0x10', 'high', '', ' 5', '99999999999999999999'])(
    'typed as %j is refused, with what was typed, the range and what it means',
    (text) =>
      expect(() => parsePriority(text)).toThrow(
        expect.objectContaining({
          reason: 'WRONG_INPUT',
          message: `Priority '${text}' is not a whole number from 0 to 100`,
          hint: 'The higher goes first; 50 is usual, and 0 is for a node that is the last resort',
        }),
      ),
  );

  it.each([-1, 101, 0.5, Number.NaN, Infinity])('of %d is refused', (priority) =>
    expect(() => requirePriority(priority)).toThrow(expect.objectContaining({ reason: 'WRONG_INPUT' })),
  );
});

describe('a pause', () => {
  it.each([
    [undefined, false],
    [0, false],
    [999, false],
    [1_000, false],
    [1_001, true],
    [null, true],
  ])('until %j is one at 1000: %s', (pausedUntilSeconds, paused) =>
    expect(isPaused(pausedUntilSeconds === undefined ? {} : { pausedUntilSeconds }, 1_000)).toBe(paused),
  );
});

it.each<[Candidacy & { readonly nodePort?: number }, Candidacy]>([
  [
    { priority: 0, pausedUntilSeconds: null, nodePort: 1811 },
    { priority: 0, pausedUntilSeconds: null },
  ],
  [{ pausedUntilSeconds: 0 }, { pausedUntilSeconds: 0 }],
  [{ nodePort: 1811 }, {}],
])('of %j the candidacy is %j', (whole, candidacy) => expect(candidacyOf(whole)).toEqual(candidacy));
