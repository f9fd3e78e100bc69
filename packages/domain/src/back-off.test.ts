import { expect, it } from 'vitest';
import { backOffMs } from './back-off.ts';

it('is twice as long each time, up to a limit', () =>
  expect(
    [0, 1, 2, 3, 5, 6, 2_000].map((failures) => backOffMs(failures, { firstMs: 2, mostMs: 60 })),
  ).toEqual([...[0, 2, 4, 8, 32, 60, 60]]));
