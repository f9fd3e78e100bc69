import { describe, expect, it } from 'vitest';
import { electorateOf } from './electorate.ts';
import { ballotsFrom, rosterFrom, uuidOf, versionOf } from './testing/notation.ts';
import type { Ballot } from './vote.ts';
import { addBallot, countVotes, majorityHealth, surveyDecided, tally } from './votes.ts';

/** A cluster of as many nodes as the line has votes. */
const clusterOf = (line: string) =>
  rosterFrom(
    line
      .split(' ')
      .map((_, index) => (index === 0 ? 'M' : 'C'))
      .join(' '),
  );
const roundOf = (line: string, cluster = clusterOf(line)) => ({
  ballots: ballotsFrom(line, cluster),
  electorate: electorateOf(cluster),
});
/** `1@1 x2` for two votes for q1 in epoch 1. */
const countsOf = (ballots: readonly Ballot[]) =>
  countVotes(ballots).map(
    ({ master, votes }) => `${master.node.replace('uuid-', '')}@${master.epoch} x${votes}`,
  );

describe('counting votes', () => {
  it.each([
    ['1 1 1', ['1@1 x3'], 'BEH-009'],
    ['1 1 2', ['1@1 x2', '2@1 x1'], 'BEH-010 highest first'],
    ['2 1 1', ['1@1 x2', '2@1 x1'], 'BEH-010 whoever was seen first'],
    ['1 1 x', ['1@1 x2'], 'BEH-011 a failed call is not in the sum'],
    ['x x x', [], 'BEH-012'],
    ['1 - -', ['1@1 x1'], 'BEH-013 null has no entry (the reference counts it)'],
    ['1 2 x', ['1@1 x1', '2@1 x1'], 'BEH-015 equal counts in the order they were seen'],
    ['2 1 x', ['2@1 x1', '1@1 x1'], 'BEH-015'],
    ['1 1@2 1@2', ['1@2 x2', '1@1 x1'], 'BEH-020 a vote is for a node in an epoch'],
  ])('%s is %j: %s', (line, counts) => expect(countsOf(roundOf(line).ballots)).toEqual(counts));

  it('BEH-008 no nodes, no votes; BEH-014 there is no other kind of answer to a round', () => {
    expect(countVotes([])).toEqual([]);
    expect(tally([], [])).toEqual({ kind: 'too-few', valid: 0, needed: 1 });
  });

  it('BEH-020 each vote carries epoch and version', () => {
    const [ballot] = roundOf('1@3:12^4').ballots;
    expect(ballot).toMatchObject({ kind: 'valid', vote: { epoch: 4, version: versionOf(3, 12) } });
  });
});

describe('judging a vote', () => {
  it.each([
    ['-', 'knows of no master', 'BEH-017 no opinion is not a name'],
    ['f', 'belongs to another cluster, another-cluster', 'BEH-018'],
    ['?', 'names a master that is not a node here, uuid-of-nobody', 'BEH-019'],
    ['w', '10.77.0.1 is answered by another node, another-node', ''],
  ])('%s is invalid: %s %s', (line, why) => {
    expect(roundOf(line).ballots).toMatchObject([{ kind: 'invalid', why, node: { name: 'q1.lab' } }]);
  });

  it('BEH-017 an empty name is no opinion', () => {
    const roster = rosterFrom('M');
    const [ballot] = ballotsFrom('1', { ...roster, nodes: roster.nodes.map((n) => ({ ...n, uuid: '' })) });
    expect(ballot).toMatchObject({ kind: 'invalid' });
  });
});

describe('the verdict', () => {
  it.each([
    ['1', 'agreed', 'one of one'],
    ['1 1 2', 'agreed', 'two of three are a majority'],
    ['1 1 x', 'agreed', 'a missing vote is not a no'],
    ['1 1 2 2', 'split', 'an even split elects nobody (BEH-015: a tie is flagged)'],
    ['1 2 3', 'split', ''],
    ['1 1@2 1@3', 'split', 'the same node in three epochs is not one master'],
    ['1 1 x x', 'too-few', 'half is not a majority'],
    ['1 1 2 x x', 'split', 'enough answers, no agreement'],
    ['1 x x', 'too-few', 'a plurality is not a majority (spec V4)'],
    ['1 - f', 'too-few', 'invalid votes count for nobody'],
    ['1 1 ?', 'agreed', 'nor against'],
    ['x x x', 'too-few', ''],
  ])('on %s is %s: %s', (line, kind) => {
    const { ballots, electorate } = roundOf(line);
    expect(tally(ballots, electorate).kind).toBe(kind);
  });

  it('names the master, its epoch and its votes', () => {
    const { ballots, electorate } = roundOf('2@4 2@4 1@3');
    expect(tally(ballots, electorate)).toEqual({
      kind: 'agreed',
      master: { node: uuidOf(2), epoch: 4 },
      votes: 2,
    });
  });

  it('ignores votes from outside the electorate', () => {
    const { ballots, electorate } = roundOf('1 x 1', rosterFrom('M C O'));
    expect(tally(ballots, electorate)).toEqual({ kind: 'too-few', valid: 1, needed: 2 });
  });
});

describe('a healthy majority', () => {
  it.each([
    ['1', true, 'BEH-025'],
    ['1 x', false, 'BEH-026'],
    ['1 1', true, 'BEH-027'],
    ['1 x x', false, 'BEH-028'],
    ['1 2 x', true, 'BEH-029 agreement is another question'],
    ['1 1 x x', false, 'BEH-030 strict majority'],
    ['1 1 1 x', true, 'BEH-031'],
    ['1 1 - x x', false, 'BEH-032 null is not counted'],
    ['x x x', false, 'BEH-033'],
    ['1 f ?', false, 'BEH-018 BEH-019'],
  ])('on %s: %s %s', (line, healthy) => {
    const { ballots, electorate } = roundOf(line);
    expect(majorityHealth(ballots, electorate).healthy).toBe(healthy);
  });

  it.each([
    ['1 1 x', ['q3.lab: connection timed out'], 'BEH-037'],
    ['1 1 1', [], 'BEH-038 who voted is healthy, whomever it voted for (the reference lists all but q1)'],
    ['1 - 1', ['q2.lab: knows of no master'], 'BEH-039'],
    ['x x', ['q1.lab: connection timed out', 'q2.lab: connection timed out'], 'BEH-033 all names'],
    ['1 1 .', ['q3.lab: no answer before the round ended'], 'a round may end early'],
  ])('on %s lists %j as unhealthy: %s', (line, unhealthy) => {
    const { ballots, electorate } = roundOf(line);
    expect(majorityHealth(ballots, electorate).unhealthy.map((n) => `${n.name}: ${n.why}`)).toEqual(
      unhealthy,
    );
  });

  it.each([
    [
      'M C C C C',
      '1 1 x x x',
      false,
      'BEH-035 BEH-040 nodes that are merely silent count in the denominator',
    ],
    ['M C O O O', '1 1 x x x', true, 'BEH-034 BEH-041 nodes that a commit marked offline do not'],
    ['M C C O O', '1 x x 1 1', false, 'nor do they vote'],
  ])('in %s on %s: %s %s', (cluster, line, healthy) => {
    const { ballots, electorate } = roundOf(line, rosterFrom(cluster));
    expect(majorityHealth(ballots, electorate).healthy).toBe(healthy);
  });
});

describe('a round of votes', () => {
  it.each([
    ['1 1 .', true, 'BEH-022 the third cannot change it'],
    ['1 . .', false, ''],
    ['1 2 .', false, 'the third decides'],
    ['x x .', true, 'BEH-023 no majority can come of it'],
    ['- x . .', true, 'BEH-023 an invalid vote is nobody’s'],
    ['1 2 . .', false, ''],
    ['1 1 2 2', true, 'all have answered'],
    ['1 1@2 . .', false, ''],
    ['1 2 3 . .', false, ''],
    ['1 2 3 1@2 .', true, 'BEH-023 none of four can get three'],
  ])('with %s is decided: %s %s', (line, decided) => {
    const { ballots, electorate } = roundOf(line);
    expect(surveyDecided(ballots, electorate)).toBe(decided);
  });

  it.each([
    ['1 . .', '2 . .', 'BEH-024 twice'],
    ['x . .', '1 . .', 'BEH-024 late, after its deadline'],
  ])('keeps %s when %s arrives: %s', (first, second) => {
    const cluster = rosterFrom('M C C');
    const kept = ballotsFrom(first, cluster);
    expect(ballotsFrom(second, cluster).reduce(addBallot, kept)).toEqual(kept);
    expect(ballotsFrom('. 1 .', cluster).reduce(addBallot, kept)).toHaveLength(2);
  });
});
