import { describe, expect, it } from 'vitest';
import { attemptLimits, hasToWait, noAttempts, withFailure, type Attempts } from './attempt-limit.ts';

const { perAddress, inAll, windowMs } = attemptLimits;

const failed = (times: number, address: (n: number) => string, atMs = 0): Attempts =>
  Array.from({ length: times }, (_, n) => address(n)).reduce(
    (attempts, each) => withFailure(attempts, each, atMs),
    noAttempts,
  );

describe('attempts of strangers', () => {
  it('one address has its number of failures, and others go on', () => {
    expect(
      hasToWait(
        failed(perAddress - 1, () => 'a'),
        'a',
        1,
      ),
    ).toBe(false);
    expect(
      hasToWait(
        failed(perAddress, () => 'a'),
        'a',
        1,
      ),
    ).toBe(true);
    expect(
      hasToWait(
        failed(perAddress, () => 'a'),
        'b',
        1,
      ),
    ).toBe(false);
  });

  it('all together have theirs', () => {
    expect(hasToWait(failed(inAll - 1, String), 'new', 1)).toBe(false);
    expect(hasToWait(failed(inAll, String), 'new', 1)).toBe(true);
  });

  it('a minute later they are forgotten', () => {
    const attempts = failed(inAll, String);
    expect(hasToWait(attempts, '1', windowMs)).toBe(false);
    expect(Object.keys(withFailure(attempts, 'new', windowMs).failures)).toEqual(['new']);
  });
});
