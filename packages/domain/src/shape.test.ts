import { describe, expect, it } from 'vitest';
import {
  deepestJson,
  filledText,
  flag,
  integer,
  listOf,
  mapOf,
  object,
  oneOf,
  optional,
  orNull,
  pairOf,
  parseJson,
  parseShaped,
  scalar,
  text,
} from './shape.ts';

const node = object({ name: filledText, port: integer(1, 65535), role: oneOf('master', 'regular') });
const shape = object({
  nodes: listOf(node),
  digests: mapOf(text),
  master: orNull(text),
  offline: optional(flag),
  range: optional(pairOf(integer(0))),
  values: optional(mapOf(scalar)),
});
const good = { nodes: [{ name: 'n1', port: 1811, role: 'master' }], digests: { n1: 'x' }, master: null };

const notScalar = (...keys: readonly string[]) =>
  keys.map((key) => `values.${key} is not a text, a number, true or false`);

describe('shapes', () => {
  it.each([
    [good, []],
    [{ ...good, offline: true, other: 1 }, []],
    [{ ...good, offline: 'no' }, ['offline is not true or false']],
    [
      { ...good, nodes: [{ name: '', port: 0, role: 'leader' }] },
      [
        'nodes[0].name is not a text with something in it',
        'nodes[0].port is not a whole number from 1 to 65535',
        'nodes[0].role is not one of master, regular',
      ],
    ],
    [{ ...good, nodes: {}, digests: { n1: 5 } }, ['nodes is not a list', 'digests.n1 is not a text']],
    [{ nodes: [], digests: [] }, ['digests is not an object', 'master is missing']],
    [{ ...good, range: [1, 2], values: { a: '', b: 0.5, c: false } }, []],
    [{ ...good, range: [1], values: { a: null, b: {} } }, ['range is not a pair', ...notScalar('a', 'b')]],
    [{ ...good, range: [1, -2] }, ['range[1] is not a whole number from 0']],
    [[], ['it is not an object']],
  ])('%j: %j', (value, misfits) => expect(shape(value, '')).toEqual(misfits));

  it('says what is wrong, with a reason', () => {
    expect(() => parseShaped('{', shape, 'The roster', 'STATE_CORRUPT')).toThrow('The roster is not JSON');
    expect(() => parseShaped('{"nodes":[]}', shape, 'The roster', 'STATE_CORRUPT')).toThrow(
      expect.objectContaining({
        reason: 'STATE_CORRUPT',
        message: 'The roster does not have its form: digests is missing; master is missing',
      }),
    );
  });
});

describe('JSON', () => {
  const parse = (json: string) => parseJson(json, 'The text', 'STATE_CORRUPT');
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

  it.each([
    ['more levels than can be followed', nested(100_000), 'is nested more than 100 levels deep'],
    ['one level too many', `{"a":${nested(deepestJson)},"b":1}`, 'is nested more than 100 levels deep'],
    ['a number that would be written as null', '{"a":[1,-1e999]}', 'holds a number that is too large'],
  ])('of %s is refused', (_what, json, words) =>
    expect(() => parse(json)).toThrow(
      expect.objectContaining({ reason: 'STATE_CORRUPT', message: `The text ${words}` }),
    ),
  );

  it('of the deepest kind, and with the largest number, is taken', () => {
    expect(JSON.stringify(parse(nested(deepestJson)))).toBe(nested(deepestJson));
    expect(parse('1.7976931348623157e308')).toBe(Number.MAX_VALUE);
  });
});
