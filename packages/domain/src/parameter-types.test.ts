import { describe, expect, it } from 'vitest';
import { parseFloating, parseInteger, parseSize, typedValues, typesOf } from './parameter-types.ts';
import type { Word } from './parameter-words.ts';

const types = typesOf(
  { text: '', count: 1, on: false, bytes: 4, ratio: 1, optional: '' },
  { bytes: 'size', ratio: 'float', optional: 'maybe-string' },
);
const typed = (words: Record<string, Word>) => typedValues(types, new Map(Object.entries(words)));

it('takes types from defaults, but for those they cannot show', () => {
  expect(types).toEqual({
    text: 'string',
    count: 'int',
    on: 'bool',
    bytes: 'size',
    ratio: 'float',
    optional: 'maybe-string',
  });
});

describe('a word', () => {
  it.each<[string, Word, unknown]>([
    ['text', 'a b', 'a b'],
    ['text', false, ''],
    ['optional', null, null],
    ['optional', 'x', 'x'],
    ['count', '12', 12],
    ['count', ' -3 ', -3],
    ['count', true, 1],
    ['on', 'True', true],
    ['on', 'FALSE', false],
    ['on', '', false],
    ['on', true, true],
    ['bytes', '1.5g', 1536],
    ['ratio', '.5', 0.5],
    ['ratio', '2', 2],
  ])('of %s, %j, comes to %j', (key, word, value) => {
    expect(typed({ [key]: word })).toEqual({ value: { [key]: value }, complaints: [] });
  });

  it.each(['text', 'count', 'on', 'bytes', 'ratio'])(
    'that asks for the default of %s comes to nothing',
    (key) => {
      expect(typed({ [key]: null })).toEqual({ value: {}, complaints: [] });
    },
  );

  it.each<[string, Word, string]>([
    ['text', true, "'text' is given as true, not text on one line"],
    ['text', 'a\nb=c', 'not text on one line'],
    ['count', '1.5', "'count' is '1.5', not a whole number"],
    ['count', '', "'count' is '', not a whole number"],
    ['count', '9007199254740993', 'not a whole number'],
    ['on', 'yes', "'on' is 'yes', not true or false"],
    ['bytes', '4x', "'bytes' is '4x', not a size"],
    ['bytes', true, "'bytes' is given as true, not a size"],
    ['ratio', 'nan', "'ratio' is 'nan', not a number"],
  ])('of %s, %j, is refused: %s', (key, word, complaint) => {
    const { value, complaints } = typed({ [key]: word });
    expect(value).toEqual({});
    expect(complaints).toEqual([expect.stringContaining(complaint)]);
  });

  it('BEH-124 BEH-136 of unknown keys is named, however few are given', () => {
    expect(typed({ count: '2', colour: 'red', toString: 'x' })).toEqual({
      value: { count: 2 },
      complaints: ['There is no parameter colour, toString'],
    });
  });
});

it.each<[string, number | undefined]>([
  ['128', 128],
  ['1', 4],
  ['129', 132],
  ['128.5', 132],
  ['4m', 4],
  ['4 MB', 4],
  ['1g', 1024],
  ['1GiB', 1024],
  ['0.5t', 524_288],
  ['0', 0],
  ['-4', undefined],
  ['4k', undefined],
  ['g', undefined],
  ['', undefined],
  ['1.2.3', undefined],
])('a size of %j is %j MiB', (text, size) => expect(parseSize(text)).toBe(size));

it.each<[string, number | undefined]>([
  ['+7', 7],
  ['-0', 0],
  ['0x10', undefined],
  ['1e3', undefined],
])('%j as a whole number is %j', (text, value) => expect(parseInteger(text)).toBe(value));

it.each<[string, number | undefined]>([
  ['4', 4],
  ['-1.5e2', -150],
  ['1e999', undefined],
  ['inf', undefined],
  ['.', undefined],
])('%j as a number is %j', (text, value) => expect(parseFloating(text)).toBe(value));
