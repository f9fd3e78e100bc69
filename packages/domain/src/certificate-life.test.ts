import { expect, it } from 'vitest';
import { certificateLevel, daysLeft } from './certificate-life.ts';

it('BEH-289 days are counted with their fractions, and are negative when it is over', () => {
  expect(daysLeft(86_400 * 3, 86_400 / 2)).toBe(2.5);
  expect(daysLeft(0, 86_400)).toBe(-1);
});

it.each([
  [-1, 'error'],
  [7, 'error'],
  [7.1, 'warning'],
  [30, 'warning'],
  [30.1, 'notice'],
  [90, 'notice'],
  [90.1, undefined],
])('BEH-289 %f days left are %s', (days, level) => expect(certificateLevel(days)).toBe(level));
