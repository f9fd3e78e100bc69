import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { isYes } from './confirmation.ts';

it.each([
  ['y\n', true],
  [' YES \n', true],
  ['n\n', false],
  ['\n', false],
  ['yesterday\n', false],
  ['no\ny\n', false],
  ['', false],
])('BEH-314 %j is a yes: %s', async (typed, yes) => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  input.end(typed);
  expect(await isYes('Take it down?', input, output)).toBe(yes);
  expect(String(output.read())).toBe('Take it down? [y/N] ');
});
