import { expect, it } from 'vitest';
import { type Check, findingsOf } from './check.ts';

const checks: readonly Check<{ readonly size: number }>[] = [
  {
    name: 'not-negative',
    reason: 'WRONG_INPUT',
    finds: ({ size }) => (size < 0 ? `${size} is negative` : undefined),
  },
  {
    name: 'whole',
    reason: 'HOST_UNFIT',
    hint: 'Round it',
    finds: ({ size }) => (size % 1 ? `${size} is broken` : undefined),
  },
];

it('BEH-138 every check speaks, in the order of the list', () => {
  expect(findingsOf(checks, { size: -1.5 })).toEqual([
    { check: 'not-negative', reason: 'WRONG_INPUT', message: '-1.5 is negative' },
    { check: 'whole', reason: 'HOST_UNFIT', message: '-1.5 is broken', hint: 'Round it' },
  ]);
  expect(findingsOf(checks, { size: 1 })).toEqual([]);
});
