import { describe, expect, it } from 'vitest';
import { commitProgress, planCommit } from './commit.ts';
import { draftFrom, uuidOf } from './testing/notation.ts';

/** `1 2` for the nodes q1 and q2. */
const nodesFrom = (line: string) => new Set(line.split(' ').flatMap((k) => (k === '' ? [] : [uuidOf(k)])));

const progressOf = (before: string | null, after: string, copies: string, versions: string) =>
  commitProgress(planCommit(before === null ? null : draftFrom(before), draftFrom(after)), {
    copies: nodesFrom(copies),
    versions: nodesFrom(versions),
  });

describe('the plan of a commit', () => {
  it.each([
    ['M', [1], 1, 'a cluster of one'],
    ['M C C', [1, 2, 3], 2, ''],
    ['C C M', [3, 1, 2], 2, 'the master first'],
    ['M R R', [1], 1, 'all candidates, if fewer than two'],
    ['M C R D', [1, 2], 2, 'only candidates hold the text'],
    ['M O C', [1, 3], 2, 'and only those that are not offline'],
    ['C C', [1, 2], 2, 'without a master, while the cluster is being destroyed'],
  ])('for %s stores on %j, %i copies first %s', (line, candidates, copiesNeeded) => {
    expect(planCommit(draftFrom(line), draftFrom(line))).toMatchObject({
      candidates: candidates.map(uuidOf),
      copiesNeeded,
    });
  });

  it.each<[string | null, string, string[], string]>([
    ['M C C', 'M C C', ['1 2 3'], 'one electorate'],
    ['M C', 'M C C', ['1 2 3', '1 2'], 'a node joins: both must have a majority'],
    ['M C C', 'M C O', ['1 2', '1 2 3'], 'a node is marked offline'],
    [null, 'M C O', ['1 2'], 'the first, or a failover without voting: nobody else is asked'],
  ])('from %s to %s needs a majority of each of %j: %s', (before, after, electorates) => {
    const plan = planCommit(before === null ? null : draftFrom(before), draftFrom(after));
    expect(plan.electorates).toEqual(electorates.map((line) => [...nodesFrom(line)]));
  });

  it('BEH-040 refuses to change the electorate by more than one node', () => {
    const five = draftFrom('M C C C C');
    expect(() => planCommit(five, draftFrom('M C O O O'))).toThrow('by one node, this one by 3');
    expect(() => planCommit(draftFrom('M C', [1, 2]), draftFrom('M C', [1, 3]))).toThrow('this one by 2');
  });
});

describe('a commit', () => {
  it.each([
    ['M', '1', '1', 'committed', ''],
    ['M C C', '1', '1', 'storing', 'no voter may know of what only the master holds'],
    ['M C C', '1', '1 2 3', 'storing', 'even if they do already'],
    ['M C C', '1 3', '1 3', 'committed', 'two candidates are also two of three voters'],
    ['M C C C C', '1 2', '1 2', 'spreading', ''],
    ['M C C C C', '1 2', '1 2 5', 'committed', ''],
    ['M C C C C', '1 2 3', '', 'committed', 'who stored it knows it'],
    ['M R R', '1', '1', 'spreading', 'a single candidate'],
    ['M R R', '1', '1 3', 'committed', ''],
    ['M C O O O', '1 2', '1 2', 'committed', 'BEH-041 the electorate is two'],
    ['M C C C', '1 2', '1 2', 'spreading', 'half is not a majority'],
  ])('of %s, stored on %s, known to %s, is %s: %s', (line, copies, versions, progress) => {
    expect(progressOf(line, line, copies, versions)).toBe(progress);
  });

  it.each<[string | null, string, string, string, string, string]>([
    ['M C', 'M C C', '1 2', '1 2', 'committed', ''],
    ['M C', 'M C C', '1 3', '1 3', 'spreading', 'the newcomer cannot outvote the old electorate'],
    ['M C C', 'M C O', '1 2', '1 2', 'committed', 'marking a dead candidate offline needs only the others'],
    ['M C C C C', 'M C C C O', '1 2', '1 2', 'spreading', 'BEH-040 a minority cannot vote the others out'],
    [null, 'M C O O O', '1 2', '1 2', 'committed', 'without voting it can: that is what the word is for'],
  ])('from %s to %s, stored on %s, known to %s, is %s: %s', (before, after, copies, versions, progress) => {
    expect(progressOf(before, after, copies, versions)).toBe(progress);
  });
});
