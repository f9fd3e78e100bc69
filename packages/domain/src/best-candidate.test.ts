import { describe, expect, it } from 'vitest';
import { bestCandidate, candidatesByFreshness } from './best-candidate.ts';
import type { Roster } from './roster.ts';
import { ballotsFrom, rosterFrom, uuidOf } from './testing/notation.ts';

/** Their numbers, best first; q1 is the master, and excepted. */
const order = (cluster: string, votes: string, except: number | null = 1): string => {
  const roster = rosterFrom(cluster);
  const ranked = candidatesByFreshness(
    roster,
    ballotsFrom(votes, roster),
    except === null ? null : uuidOf(except),
  );
  return ranked.map(({ name }) => name.replace(/\D/g, '')).join(' ');
};

describe('the candidates by freshness', () => {
  it.each([
    ['M C C', 'x 1 1', '2 3', 'by name, if they hold the same'],
    ['M C C', 'x 1@1:10 1@1:11', '3 2', 'the newest configuration first'],
    ['M C C', 'x 1@1:99 1@2:3', '3 2', 'epoch before serial'],
    ['M C C', 'x 1@1:11~ 1@1:11', '3 2', 'held, not heard of'],
    ['M C C', 'x x 1', '3', 'who does not answer is none'],
    ['M C C', 'x . 1', '3', 'nor who was not heard in time'],
    ['M C C C', 'x f w 1', '4', 'nor a stranger at its address'],
    ['M C C', 'x - 1', '2 3', 'one without an opinion on the master is'],
    ['M R D O C', 'x 1 1 1 1', '5', 'regular, drained and offline nodes are not'],
    ['M C C', '1@1:12 1 1', '2 3', 'the master is not, whatever it holds'],
    ['M C C C C C C C C C', 'x x x x x x x x 1 1', '9 10', 'names in their natural order'],
    ['M R R', '1 1 1', '', 'there may be none'],
    ['M C C80', 'x 1 1', '3 2', 'the higher priority before the name'],
    ['M C49 C', 'x 1 1', '3 2', '50 is usual'],
    ['M C51 C', 'x 1 1', '2 3', ''],
    ['M C C50', 'x 1 1', '2 3', 'said or not'],
    ['M C C100', 'x 1@1:11 1', '2 3', 'a newer configuration before priority'],
    ['M C1 C', 'x 1@1:11 1', '2 3', 'even before the lowest but one'],
    ['M C0 C', 'x 1@1:11 1', '3 2', 'the lowest is the last resort, however fresh'],
    ['M C0 C0', 'x 1 1@1:11', '3 2', 'and of two such the fresher first'],
    ['M C0 C', 'x 1 x', '2', 'if no other answers'],
    ['M C Cp', 'x 1 1@1:11', '3 2', 'paused or not'],
  ])('of %s voting %s: %s (%s)', (cluster, votes, numbers) => expect(order(cluster, votes)).toBe(numbers));

  it('include the master if nobody is excepted', () => expect(order('M C', '1 1', null)).toBe('1 2'));
});

describe('the best candidate', () => {
  const nowSeconds = 1_000;
  const best = (roster: Roster, votes: string) =>
    bestCandidate(roster, ballotsFrom(votes, roster), uuidOf(1), nowSeconds)?.name;

  it.each<[string, string, string | undefined, string]>([
    ['M C C', 'x 1 1@2', 'q3.lab', 'the freshest'],
    ['M C C', '1 x x', undefined, 'there may be none'],
    ['M C C80', 'x 1 1', 'q3.lab', 'or who has the highest priority'],
    ['M C90p C', 'x 1 1', 'q3.lab', 'not one that is paused'],
    ['M Cp C', 'x 1@2 1', 'q3.lab', 'even if that lags'],
    ['M Cp C0', 'x 1 1', 'q3.lab', 'or is the last resort'],
    ['M Cp C', 'x 1 x', 'q2.lab', 'unless no other answers'],
    ['M Cp C60p', 'x 1 1', 'q3.lab', 'the best of those then'],
  ])('of %s voting %s is %s (%s)', (cluster, votes, name) =>
    expect(best(rosterFrom(cluster), votes)).toBe(name),
  );

  it.each([
    [nowSeconds + 1, 'q3.lab'],
    [nowSeconds, 'q2.lab'],
  ])('where q2 is paused until %i is %s', (pausedUntilSeconds, name) => {
    const roster = rosterFrom('M C C');
    const nodes = roster.nodes.map((node) =>
      node.uuid === uuidOf(2) ? { ...node, pausedUntilSeconds } : node,
    );
    expect(best({ ...roster, nodes }, 'x 1 1')).toBe(name);
  });
});
