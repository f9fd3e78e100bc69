import { describe, expect, it } from 'vitest';
import { electorateOf } from './electorate.ts';
import { decideStart } from './start.ts';
import { ballotsFrom, rosterFrom, uuidOf } from './testing/notation.ts';

const startOf1 = (line: string, cluster = line.replace(/\S+/g, 'C')) => {
  const roster = rosterFrom(cluster);
  return decideStart({
    own: uuidOf(1),
    ballots: ballotsFrom(line, roster),
    electorate: electorateOf(roster),
  });
};

describe('a master daemon that starts on q1', () => {
  it.each([
    ['1', 'be-elected', ''],
    ['1 x', 'ask-again', 'BEH-093'],
    ['1 2', 'standby', 'one of two, and no vote left'],
    ['1 1', 'be-elected', ''],
    ['1 1 x', 'be-elected', 'BEH-090'],
    ['1 x x', 'ask-again', 'BEH-091'],
    ['1 1 .', 'be-elected', 'BEH-094 the missing voter appeared'],
    ['x 1 1', 'be-elected', 'BEH-095 the own vote is one of several'],
    ['x 1 x', 'ask-again', 'BEH-095 and unknown if the own node daemon is down'],
    ['x x x', 'ask-again', ''],
    ['1@2 1@2 2 2', 'standby', 'BEH-092 two of four cannot win, whoever is asked again'],
    ['1@2 1@2 2 x', 'ask-again', ''],
    ['1 - -', 'ask-again', 'an invalid vote is not a no (spec V2)'],
    ['2 2 2', 'standby', 'BEH-087 it is not the master (the reference exits with 11)'],
    ['1 2@2 2@2', 'standby', 'BEH-078 deposed while away'],
    ['1 1 2@2', 'standby', 'one answer with a higher epoch is enough'],
    ['1 1 ?@2', 'standby', 'even for a master this node has not heard of'],
    ['1@2 1 1', 'standby', 'its own later epoch was never acknowledged'],
    ['1@2 1@2 2', 'be-elected', 'who lags behind does not matter'],
    ['1 1 2', 'standby', 'two masters of one epoch: not without a person'],
  ])('on %s: %s %s', (line, kind) => expect(startOf1(line).kind).toBe(kind));

  it.each([
    ['C C O O O', '1 1 x x x', 'be-elected', 'BEH-041 BEH-096 offline nodes are not in the denominator'],
    ['C C C C C', '1 1 x x x', 'ask-again', 'BEH-040 silent ones are'],
    ['C C O', '1 x 1', 'ask-again', 'BEH-096 an offline node has no vote (the reference counts it)'],
    ['C C O', '1 1 2@2', 'standby', 'but what it has seen it has seen'],
  ])('in %s on %s: %s %s', (cluster, line, kind) => expect(startOf1(line, cluster).kind).toBe(kind));

  it('tells the epoch in which a majority names it', () => {
    expect(startOf1('1@4 1@4 x')).toEqual({ kind: 'be-elected', epoch: 4 });
  });

  it('says whom it waits for, or who is master', () => {
    expect(startOf1('1 x .')).toEqual({
      kind: 'ask-again',
      why:
        '2 of 3 votes needed for this node, 1 given; ' +
        'q2.lab: connection timed out; q3.lab: no answer before the round ended',
    });
    expect(startOf1('1 2@2 2@2')).toEqual({ kind: 'standby', why: 'q2.lab is master in epoch 2' });
  });
});
