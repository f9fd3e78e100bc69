import { describe, expect, it } from 'vitest';
import { leaseInTheWay } from './lease-in-the-way.ts';
import { ballotsFrom, rosterFrom, uuidOf } from './testing/notation.ts';

/** Told on q2. `lefts`: ms left of the leases in the order of the bound; `?` for one of unknown holder. */
function inTheWay(cluster: string, votes: string, lefts: readonly number[] = []) {
  const roster = rosterFrom(cluster);
  const rest = [...lefts];
  const ballots = ballotsFrom(votes.replaceAll('!?', '!9'), roster).map((ballot) => {
    if (ballot.kind === 'unreachable' || ballot.vote.leaseHolder === null) return ballot;
    const leaseHolder = ballot.vote.leaseHolder === uuidOf(9) ? null : ballot.vote.leaseHolder;
    const vote = { ...ballot.vote, leaseHolder, leaseLeftMs: rest.shift() ?? ballot.vote.leaseLeftMs };
    return { ...ballot, vote } as typeof ballot;
  });
  return leaseInTheWay(uuidOf(2), roster, ballots);
}

describe('a majority that is free', () => {
  it.each([
    ['M C C', '1 1 1', 'nobody is bound'],
    ['M C C', '. 1 1', 'the rest need not be heard'],
    ['M C C', '1!1 1 1', 'a minority may be bound'],
    ['M C C C C', 'x 1 1 1 1!1', ''],
    ['M C C', 'x 1!2 1!2', 'by this node, which is free to go on'],
    ['M C O', '1 1 1!1', 'who is offline binds nobody'],
    ['M C C', 'x - -', 'voters without an opinion can grant'],
    ['M', '1', 'of one'],
  ])('in %s on %s has no lease in its way (%s)', (cluster, votes) =>
    expect(inTheWay(cluster, votes)).toBeNull(),
  );
});

describe('what keeps a majority from granting', () => {
  it.each<[string, string, number[], number | null, number, string]>([
    ['M C C', 'x 1 1!1', [70], 1, 70, 'the one that is needed'],
    ['M C C', '1!1 1 1!1', [50, 70], 1, 50, 'the first of two to end, if one is needed'],
    ['M C C', 'x 1!1 1!1', [50, 70], 1, 70, 'the last, if both are'],
    ['M C C C C', '1!1 1!1 1!1 1!1 1!1', [5, 1, 4, 2, 3], 1, 3, 'the third of five'],
    ['M C C', 'x 1 1!3', [], 3, 1_000, 'another candidate'],
    ['M C C', 'x 1 1!?', [70], null, 70, 'a voter that does not know any more what it promised'],
    ['M C C C C', 'x 1 1 1!? 1!1', [90, 70], 1, 70, 'whichever ends first'],
  ])('in %s on %s %j: q%s for %i ms (%s)', (cluster, votes, lefts, holder, leftMs) =>
    expect(inTheWay(cluster, votes, lefts)).toEqual({
      holder: holder === null ? null : uuidOf(holder),
      leftMs,
      passes: true,
    }),
  );

  it.each<[string, string, number | null, number, string]>([
    ['M C C', 'x 1 x', null, 0, 'nobody is bound, too few answer'],
    ['M C C', 'x 1 .', null, 0, 'or too few have answered yet'],
    ['M C C', 'x 1 f', null, 0, 'a stranger is no voter'],
    ['M C C', 'x 1 w', null, 0, ''],
    ['M C O', 'x 1 1', null, 0, 'nor is who is offline'],
    ['M C C C C', 'x 1 1!1 x x', 1, 1_000, 'the lease is the least of it'],
  ])('in %s on %s is not only time: %s, %i ms (%s)', (cluster, votes, holder, leftMs) =>
    expect(inTheWay(cluster, votes)).toEqual({
      holder: holder === null ? null : uuidOf(holder),
      leftMs,
      passes: false,
    }),
  );
});
