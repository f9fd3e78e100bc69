import { describe, expect, it } from 'vitest';
import { modifiedParameters } from './node-parameters.ts';

describe('parameters of one node', () => {
  it.each([
    ['ssh_port=2222', {}, { ssh_port: 2222 }],
    ['ovs=true,cpu_speed=2.5', {}, { ovs: true, cpu_speed: 2.5 }],
    ['ssh_port=default', { ssh_port: 22, ovs: true }, { ovs: true }],
    ['-ssh_port,oob_program=/bin/oob', { ssh_port: 22 }, { oob_program: '/bin/oob' }],
    ['', { ovs: true }, { ovs: true }],
  ])('%j makes of %j %j', (typed, before, after) => expect(modifiedParameters(before, typed)).toEqual(after));

  it.each([
    ['speed=9', 'There is no parameter speed'],
    ['-speed', 'There is no parameter speed'],
    ['ssh_port=many', "'ssh_port' is 'many'"],
    ['ssh_port=0', 'from 1 to 65535'],
    ['exclusive_storage=true', 'belongs to the whole cluster'],
    ['exclusive_storage=default', 'belongs to the whole cluster'],
    ['ssh_port=1,ssh_port=2', "'ssh_port' is given twice"],
  ])('%j is refused: %s', (typed, words) =>
    expect(() => modifiedParameters({}, typed)).toThrow(
      expect.objectContaining({ reason: 'WRONG_INPUT', message: expect.stringContaining(words) }),
    ),
  );
});
