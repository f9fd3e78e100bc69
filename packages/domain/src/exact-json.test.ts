import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import { numberText, parseExactJson } from './exact-json.ts';

/** What is true of any JSON is in record-properties.test.ts. */
describe('JSON is read so that it can be written again', () => {
  it.each([
    '{"a":12345678901234567890}',
    '{"a":1.0,"b":1}',
    '[1.0,[2.50],{"x":-0}]',
    '{"a":1e5,"b":1E+2}',
    '{"a":0.1000000000000000055511151231257827}',
    '{"__proto__":1.0,"constructor":2.0}',
    '{"\\u0001b":"1.0","a":"\\u00011.0","c":1.0}',
    '{"\\u00011.0":"\\u0001","c":1.0}',
    '1.0',
  ])('%s', (text) => expect(canonicalJson({ in: parseExactJson(`[${text}]`) })).toBe(`{"in":[${text}]}`));

  it.each([
    '',
    '{',
    '01',
    '1.',
    '.5',
    '{1.0:2}',
    '{"a":1.0"b":2}',
    '"1.0',
    'NaN',
    '1.0.0',
    '[1.0 2.0]',
    '--1.0',
  ])('what is not JSON stays so: %s', (text) => expect(() => parseExactJson(text)).toThrow(SyntaxError));
});

describe('a number in a copy', () => {
  const read = parseExactJson('{"a":9007199254740993,"b":1.0}') as { a: number; b: number };

  it('BEH-162 is written as it was read', () =>
    expect(canonicalJson({ ...read, more: true })).toBe('{"a":9007199254740993,"b":1.0,"more":true}'));

  it('is written anew if it was changed', () =>
    expect(canonicalJson({ ...read, b: read.b + 1 })).toBe('{"a":9007199254740993,"b":2}'));

  it('is written as any other where nothing is known of it', () =>
    expect(numberText({ b: 1 }, 'b', 1)).toBe('1'));
});
