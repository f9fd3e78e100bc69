import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.ts';

describe('a duration', () => {
  it.each([
    ['90', 90],
    ['90s', 90],
    ['1.2s', 1.2],
    ['0', 0],
    ['15m', 900],
    ['0.5m', 30],
    ['2h', 7_200],
    ['7d', 604_800],
    ['007', 7],
  ])('%s is %d seconds', (text, seconds) => expect(parseDuration(text)).toBe(seconds));

  it.each([
    '',
    's',
    '-5',
    '+5',
    '5 s',
    '1,5s',
    '.5',
    '5.',
    '1h30m',
    '5w',
    '5S',
    '1e3',
    '0x10',
    'Infinity',
    ' 5',
    '5\n',
  ])('%j is none', (text) => expect(() => parseDuration(text)).toThrow(InvalidArgumentError));
});
