import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchesPattern, matchesPatterns } from './host-patterns.ts';

it.each([
  ['q2', 'q2', true],
  ['Q2', 'q2', false],
  ['q2', 'q22', false],
  ['q?', 'q2', true],
  ['q?', 'q', false],
  ['*', '', true],
  ['*.lab', 'q2.lab', true],
  ['*.lab', 'q2xlab', false],
  ['q*.l*b', 'q2.x.lab', true],
  ['', '', true],
  ['', 'q2', false],
  ['[q2]:*', '[q2]:2222', true],
  ['a+b', 'aab', false],
])('%j against %j is %s', (pattern, text, fits) => expect(matchesPattern(pattern, text)).toBe(fits));

it.each([
  [['q1', 'q2'], true],
  [['*', '!q2'], false],
  [['!q2', '*'], false],
  [['!q3'], false],
  [['!q3', 'q?'], true],
  [[], false],
])('a list %j against q2 is %s', (patterns, fits) => expect(matchesPatterns(patterns, 'q2')).toBe(fits));

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 12 });

it('agrees with the same pattern as a regular expression', () => {
  fc.assert(
    fc.property(letters, letters, (pattern, text) => {
      const expression = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
      expect(matchesPattern(pattern, text)).toBe(new RegExp(`^${expression}$`).test(text));
    }),
  );
});

it('takes no time for a pattern made to take long', () => {
  expect(matchesPattern(`${'*a'.repeat(200)}b`, 'a'.repeat(5_000))).toBe(false);
});
