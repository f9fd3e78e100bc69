import { describe, expect, it } from 'vitest';
import { bestCandidate, candidatesByFreshness } from './best-candidate.ts';
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
  ])('of %s voting %s: %s (%s)', (cluster, votes, numbers) => expect(order(cluster, votes)).toBe(numbers));

  it('include the master if nobody is excepted', () => expect(order('M C', '1 1', null)).toBe('1 2'));
});

describe('the best candidate', () => {
  const roster = rosterFrom('M C C');
  it.each([
    ['x 1 1@2', 'q3.lab'],
    ['1 x x', undefined],
  ])('of %s: %s', (votes, name) =>
    expect(bestCandidate(roster, ballotsFrom(votes, roster), uuidOf(1))?.name).toBe(name),
  );
});
