import { describe, expect, it } from 'vitest';
import {
  filledText,
  flag,
  integer,
  listOf,
  mapOf,
  object,
  oneOf,
  optional,
  orNull,
  parseShaped,
  text,
} from './shape.ts';

const node = object({ name: filledText, port: integer(1, 65535), role: oneOf('master', 'regular') });
const shape = object({
  nodes: listOf(node),
  digests: mapOf(text),
  master: orNull(text),
  offline: optional(flag),
});
const good = { nodes: [{ name: 'n1', port: 1811, role: 'master' }], digests: { n1: 'x' }, master: null };

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
