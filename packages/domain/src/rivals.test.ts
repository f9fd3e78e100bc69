/** What is made of nodes without a vote that show another master. */
import { describe, expect, it } from 'vitest';
import type { MastershipEntry } from './configuration.ts';
import { decideRivals, highestPromised, laterMastership } from './rivals.ts';
import { ballotsFrom, rosterFrom, uuidOf } from './testing/notation.ts';

const entry = (epoch: number, node = 1): MastershipEntry => ({
  epoch,
  node: uuidOf(node),
  name: `q${node}.lab`,
  since: '2026-11-22T11:30:25.184Z',
  how: 'failover-without-voting',
});

// On the other side of the cut they are candidates.
const roster = rosterFrom('M C C');
const ballots = (votes: string) => ballotsFrom(votes, roster);

describe('a later mastership', () => {
  it.each([
    ['1@5 x x', 'none is shown', undefined],
    ['1@5 1@5 1@3', 'nobody is above it', undefined],
    ['1@5 2@6 1@5', 'one is', { node: uuidOf(2), epoch: 6 }],
    ['1@5 2@6 3@9', 'the latest counts', { node: uuidOf(3), epoch: 9 }],
    ['1@5 - x', 'who has no opinion shows none', undefined],
  ])('than epoch 5, %s: %s', (votes, _why, later) =>
    expect(laterMastership(ballots(votes), 5)).toEqual(later),
  );
});

describe('a master of epoch 9, which knows of epoch 1 by its history,', () => {
  const decided = (votes: string) => decideRivals(9, [entry(1), entry(9)], ballots(votes));
  const enter = (node: number, epoch: number) => ({
    kind: 'enter',
    overruled: [{ node: uuidOf(node), epoch }],
  });
  it.each([
    ['1@9 1@1 x', 'knows them all', { kind: 'none' }],
    ['1@9 - x', 'hears of none', { kind: 'none' }],
    ['1@9 2@5 1@1', 'enters what it had not heard of', enter(2, 5)],
    [
      '1@9 2@5 3@12',
      'submits to a later one before all else',
      { kind: 'submit', to: { node: uuidOf(3), epoch: 12 } },
    ],
    [
      '1@9 2@1 x',
      'enters again nobody, and tells who follows another',
      { kind: 'correct', nodes: [roster.nodes[1]] },
    ],
  ])('hearing %s %s', (votes, _what, expected) => expect(decided(votes)).toEqual(expected));
});

it.each([
  ['x x x', 0],
  ['1@5 2@4 x', 5],
  ['1@5 1@5 2@6', 6],
])('the highest epoch promised among %s is %i', (votes, epoch) =>
  expect(highestPromised(ballots(votes))).toBe(epoch),
);
