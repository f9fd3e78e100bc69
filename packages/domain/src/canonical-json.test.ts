import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

describe('canonical JSON', () => {
  it.each<[unknown, string, string]>([
    [{ b: 1, a: { d: [], c: null } }, '{"a":{"c":null,"d":[]},"b":1}', 'keys are sorted, at every depth'],
    [{ 10: 'x', 9: 'y' }, '{"10":"x","9":"y"}', 'also keys that look like numbers'],
    [{ a: undefined, b: [undefined] }, '{"b":[null]}', 'as in JSON, a key without a value is left out'],
    [1795343930.9065018, '1795343930.9065018', 'a time keeps all its digits'],
    ['a"\n', '"a\\"\\n"', 'texts are escaped'],
  ])('%j is %s: %s', (value, text) => expect(canonicalJson(value)).toBe(text));

  it('keeps a key named __proto__', () => {
    const value: unknown = JSON.parse('{"__proto__":{"x":1},"a":2}');
    expect(canonicalJson(value)).toBe('{"__proto__":{"x":1},"a":2}');
  });
});
