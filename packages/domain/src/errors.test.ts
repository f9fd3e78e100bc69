import { describe, expect, it } from 'vitest';
import { ClusterError, clusterErrorFrom, exitCodeOf, isReason, reasons, type Reason } from './errors.ts';

const all = Object.keys(reasons) as Reason[];

describe('the table of reasons', () => {
  it.each<[Reason, number]>([
    ['NOT_IN_CLUSTER', 2],
    ['STATE_CORRUPT', 2],
    ['STATE_TOO_NEW', 2],
    ['NO_MASTER', 1],
    ['WRONG_INPUT', 1],
    ['UNREACHABLE', 1],
    ['INTERNAL', 1],
  ])('BEH-002 %s ends a program with exit code %i', (reason, code) => expect(exitCodeOf(reason)).toBe(code));

  it('has Ganeti’s own code for every prerequisite, and for nothing else', () => {
    for (const reason of all)
      expect('ganeti' in reasons[reason]).toBe(reasons[reason].category === 'prerequisite');
  });

  it.each(['toString', 'constructor', 'no_majority', ''])('has no reason %j', (text) =>
    expect(isReason(text)).toBe(false),
  );

  it('knows its own', () => expect(all.every(isReason)).toBe(true));
});

describe('whatever was caught', () => {
  it('stays as it is if it is ours', () => {
    const error = new ClusterError('NO_MASTER', 'There is none');
    expect(clusterErrorFrom(error)).toBe(error);
  });

  it('keeps reason, sentence, hint and facts of an error of the same shape', () => {
    const shaped = Object.assign(new Error('No route'), {
      reason: 'UNREACHABLE',
      hint: 'Look',
      facts: { node: 'q1' },
    });
    expect(clusterErrorFrom(shaped)).toMatchObject({
      name: 'ClusterError',
      reason: 'UNREACHABLE',
      message: 'No route',
      hint: 'Look',
      facts: { node: 'q1' },
      cause: shaped,
    });
  });

  it.each([
    ['an error of another kind', new TypeError('x is no function'), 'x is no function'],
    ['a reason nobody knows', Object.assign(new Error('odd'), { reason: 'ODD' }), 'odd'],
    ['a text', 'thrown in anger', 'thrown in anger'],
    ['nothing', undefined, 'undefined'],
    ['an object that only looks like one', { reason: 'NO_MASTER', message: 'no' }, '[object Object]'],
  ])('%s becomes INTERNAL, the original as its cause', (_what, caught, message) => {
    const error = clusterErrorFrom(caught);
    expect([error.reason, error.message, error.cause]).toEqual(['INTERNAL', message, caught]);
  });

  it('has no facts and no hint if none were given', () => {
    expect(new ClusterError('INTERNAL', 'x')).toMatchObject({ hint: undefined, facts: {} });
  });
});
