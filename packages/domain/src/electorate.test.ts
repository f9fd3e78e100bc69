import { describe, expect, it } from 'vitest';
import { electorateOf, electorateOfDraft, majorityOf } from './electorate.ts';
import { draftFrom, rosterFrom, uuidOf } from './testing/notation.ts';
import { forManySeeds } from './testing/seeded.ts';

describe('the electorate', () => {
  it.each([
    ['M', [1], 'a cluster of one'],
    ['M C C', [1, 2, 3], ''],
    ['M C R D', [1, 2, 3, 4], 'a vote does not depend on being a candidate, nor on being drained'],
    ['M C O', [1, 2], 'a node marked offline has none (BEH-096)'],
    ['M C O O O', [1, 2], 'once a majority committed it, the electorate is two (BEH-041)'],
  ])('of %s is %j %s', (line, voters) => {
    expect(electorateOf(rosterFrom(line)).map((node) => node.uuid)).toEqual(voters.map(uuidOf));
    expect(electorateOfDraft(draftFrom(line))).toEqual(voters.map(uuidOf));
  });
});

describe('a majority', () => {
  it.each([
    [0, 1],
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
    [6, 4],
    [7, 4],
  ])('of %i is %i', (size, needed) => expect(majorityOf(size)).toBe(needed));

  it('meets every other of the same electorate, and of one that differs by a node', () =>
    forManySeeds(500, (random) => {
      const voters = Array.from({ length: 1 + random.pick(9) }, (_, index) => index);
      const other = random.oneOf([voters, [...voters, voters.length]]);
      const some = random.shuffled(voters).slice(0, majorityOf(voters.length));
      const others = random.shuffled(other).slice(0, majorityOf(other.length));
      expect(some.filter((voter) => others.includes(voter))).not.toEqual([]);
    }));
});
