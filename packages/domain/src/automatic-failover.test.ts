import { describe, expect, it } from 'vitest';
import { decideAutomatic, type AutomaticFacts } from './automatic-failover.ts';
import type { MastershipEntry } from './configuration.ts';
import { isoTime } from './initial-configuration.ts';
import { initialParameters } from './parameters.ts';
import { ballotsFrom, rosterFrom, uuidOf } from './testing/notation.ts';

const nowSeconds = 1_795_348_800;
const parameters = { ...initialParameters, automaticFailover: true };

/** Masterships that began so many seconds ago. */
const historyOf = (...ages: number[]): readonly MastershipEntry[] =>
  ages.map((age, index) => ({
    epoch: index + 1,
    node: uuidOf(1),
    name: 'q1.lab',
    since: isoTime(nowSeconds - age),
    how: 'automatic-failover',
  }));

/** Decided on q2 unless told; q1 is master. */
function decide(cluster: string, votes: string, changes: Partial<AutomaticFacts> = {}) {
  const roster = rosterFrom(cluster);
  const ballots = ballotsFrom(votes, roster);
  const facts = {
    own: uuidOf(2),
    roster,
    parameters,
    history: historyOf(900),
    ballots,
    nowSeconds,
    jitter: 0,
  };
  return decideAutomatic({ ...facts, ...changes });
}

it('re-elections of a master that restarts do not count as flapping', () => {
  const history = historyOf(50, 40, 30, 20, 10).map((entry) => ({ ...entry, how: 're-election' as const }));
  expect(decide('M C C', 'x 1 1', { history }).kind).toBe('go');
});

describe('a candidate that nobody orders', () => {
  it.each([
    ['M C C', 'x 1 1', 'go', 'two of three answer, and no lease lives'],
    ['M C C', '1 1 1', 'go', 'the host of the master is there, its master daemon is not'],
    ['M C C', 'x 1!1 1!1', 'stand', 'the lease lives'],
    [
      'M C C',
      'x 1 1!1',
      'stand',
      'own voter free, but another that is needed knows a lease: one signal of two',
    ],
    ['M C C', 'x 1!1 1', 'stand', 'and the other way round'],
    ['M C C', '1!1 1 1!1', 'stand', 'this candidate alone is cut off from a master that a majority renews'],
    ['M C C', '1!1 1 1', 'go', 'a master that renews itself alone is out of office'],
    ['M C C C C', 'x 1 1 1 1!1', 'go', 'so is one whom a minority still hears'],
    ['M C C C C', 'x 1 1 1!1 1!1', 'stand', 'of the four that live, three would be needed'],
    ['M C C C C', '1 1 1 1!1 1!1', 'go', 'of five, three are free'],
    ['M C C C C', '1!1 1 1 1!1 1!1', 'stand', 'three bound rule over two that are free'],
    ['M C C C C', 'x 1 1!1 x x', 'wait', 'no majority, even when that lease is over'],
    ['M C C C C', 'x 1 1 1!3 1', 'go', 'a candidate that came no further than one grant is not waited for'],
    ['M C C', 'x 1 1!3', 'stand', 'another candidate was granted and is taking office'],
    ['M C C', 'x 1!2 1!2', 'go', 'its own earlier attempt is no hindrance'],
    ['M C C', 'x 1 x', 'wait', 'no majority answers'],
    ['M C C', 'x x 1', 'wait', 'own voter does not answer'],
    ['M C C', 'x 1 f', 'wait', 'a stranger is not an answer'],
    ['M C C', 'x - -', 'go', 'voters without an opinion can grant'],
    ['M C O', 'x 1 1', 'wait', 'who is offline has no vote'],
    ['M C O', '1 1 x', 'go', 'and is not missed'],
    ['M R C', 'x 1 1', 'wait', 'not a candidate'],
    ['M D C', 'x 1 1', 'wait', 'drained'],
    ['C M C', 'x 2 2', 'stand', 'it is the master itself, and start.ts decides'],
    ['M C C', 'x 2@3 1', 'stand', 'it became master, and its roster does not know yet'],
  ])('in %s on %s: %s (%s)', (cluster, votes, kind) => expect(decide(cluster, votes).kind).toBe(kind));

  it.each<[string, Partial<AutomaticFacts>, string]>([
    ['off', { parameters: initialParameters }, 'automatic failover is off'],
    ['paused', { parameters: { ...parameters, pausedUntilSeconds: null } }, 'automatic failover is paused'],
    [
      'paused for a second more',
      { parameters: { ...parameters, pausedUntilSeconds: nowSeconds + 1 } },
      'automatic failover is paused',
    ],
    ['flapping', { history: historyOf(70, 50, 30, 20, 10) }, 'there were 4 masterships in the last 60 s'],
    [
      'flapping, by a clock that is ahead',
      { history: historyOf(50, 30, 10, -30) },
      'there were 4 masterships in the last 60 s',
    ],
  ])('waits while %s', (_, changes, why) =>
    expect(decide('M C C', 'x 1 1', changes)).toEqual({ kind: 'wait', why }),
  );

  it.each([
    ['M Cp C', 'x 1 1', 'wait', 'it is paused itself'],
    ['M C Cp', 'x 1 1', 'go', 'another is paused'],
    ['Mp C C', 'x 1 1', 'go', 'the lost master was'],
    ['M C0 C', 'x 1 1', 'go', 'the last resort goes too, late'],
  ])('in %s on %s: %s (%s)', (cluster, votes, kind) => expect(decide(cluster, votes).kind).toBe(kind));

  it('says of its own pause that it is its own', () =>
    expect(decide('M Cp C', 'x 1 1')).toEqual({
      kind: 'wait',
      why: 'automatic failover to this node is paused',
    }));

  it.each<[string, Partial<AutomaticFacts>]>([
    ['the pause is over', { parameters: { ...parameters, pausedUntilSeconds: nowSeconds } }],
    ['three masterships in a minute are few enough', { history: historyOf(50, 30, 10) }],
    ['four were, but not in a minute', { history: historyOf(60, 50, 30, 10) }],
  ])('goes when %s', (_, changes) => expect(decide('M C C', 'x 1 1', changes).kind).toBe('go'));

  it('is not told to wait while the master rules, whatever the parameters', () => {
    expect(decide('M C C', '1!1 1!1 1!1', { parameters: initialParameters })).toEqual({
      kind: 'stand',
      leftMs: 1_000,
    });
  });
});

describe('how long it stands', () => {
  it('is what is left of the lease that has to end first', () => {
    const roster = rosterFrom('M C C C C');
    const left = [0, 0, 0, 700, 90];
    const ballots = ballotsFrom('x 1 1 1!1 1!1', roster).map((ballot, index) =>
      ballot.kind === 'valid'
        ? { ...ballot, vote: { ...ballot.vote, leaseLeftMs: left[index] ?? 0 } }
        : ballot,
    );
    expect(decide('M C C C C', '. . . . .', { ballots })).toEqual({ kind: 'stand', leftMs: 90 });
  });

  it('is not known where this node is the master itself', () => {
    expect(decide('C M C', 'x 2 2')).toEqual({ kind: 'stand' });
  });
});

describe('what it waits for', () => {
  it('is said with every node and its cause', () => {
    expect(decide('M C C', 'x 1 x')).toEqual({
      kind: 'wait',
      why: '2 of 3 nodes needed, 1 would grant; q1.lab: connection timed out; q3.lab: connection timed out',
    });
    expect(decide('M C C', '1 x 1')).toEqual({
      kind: 'wait',
      why: 'the node daemon of this host does not answer: connection timed out',
    });
  });

  it('includes voters that are bound, where too few others answer', () => {
    expect(decide('M C C C C', 'x 1 1!1 x x')).toMatchObject({
      why: expect.stringContaining('3 of 5 nodes needed, 1 would grant;'),
    });
    expect(decide('M C C C C', 'x 1 1!1 x x')).toMatchObject({
      why: expect.stringContaining('; q3.lab: is bound by a lease'),
    });
  });

  it('includes voters that have restarted, since no epoch is raised without a majority that would grant it', () => {
    const roster = rosterFrom('M C C');
    const silent = ballotsFrom('x 1 1!3', roster).map((ballot) =>
      ballot.kind === 'valid' && ballot.vote.leaseHolder
        ? { ...ballot, vote: { ...ballot.vote, leaseHolder: null } }
        : ballot,
    );
    const decision = decide('M C C', '. . .', { ballots: silent });
    expect(decision).toMatchObject({ kind: 'wait', why: expect.stringContaining('q3.lab: has restarted') });
  });
});

describe('the pause before it goes', () => {
  it.each([
    ['M C C', 'x 1 1', 2, 0, 0, 'the freshest at once, here by name'],
    ['M C C', 'x 1 1', 3, 0, 1_000, 'the next a third of the lease later'],
    ['M C C', 'x 1@1:10 1@1:11', 3, 0, 0, 'a newer configuration comes first'],
    ['M C C', 'x 1@1:10 1@1:11', 2, 0, 1_000, ''],
    ['M C C C C', 'x x 1 1 1', 4, 0, 1_000, 'who does not answer is not waited for'],
    ['M C C', '1@1:99 1 1', 2, 0, 0, 'nor is the master that was lost'],
    ['M C C', 'x 2@3 2@3', 3, 0, 0, 'which is the last one, not the one in the roster'],
    ['M C C80', 'x 1 1', 3, 0, 0, 'a higher priority comes first'],
    ['M C C80', 'x 1 1', 2, 0, 1_000, ''],
    ['M C0 C C', 'x 1@1:11 1 1', 2, 0, 2_000, 'the last resort last, however fresh'],
    ['M Cp C C', 'x 1 1 1', 3, 0, 0, 'who is paused is not waited for'],
    ['M Cp C C', 'x 1@1:11 1 1', 4, 0, 1_000, 'however fresh'],
    ['M Cp C C', '1 . 1 1', 3, 0, 0, 'nor if it was not heard'],
    ['M C C', 'x 1 1', 2, 1, 20, 'the first is hardly held up by jitter'],
    ['M C C', 'x 1 1', 3, 1, 1_100, 'jitter never reaches the next rank'],
    ['M C C', '. 1 1', 2, 0, 0, 'the master is ahead of nobody, though it was not waited for'],
    ['M C C', '1 . 1', 3, 0, 250, 'a candidate that was not waited for may be ahead'],
    ['M C C', '1 1 .', 2, 0, 0, 'or behind'],
    ['M C C C C', '. . 1 1 1', 4, 0, 1_250, 'after those that are'],
    ['M C C C C', '. x 1 1 1', 3, 1, 20, 'one that does not answer is not'],
    ['M C C C C', '. . - - -', 3, 1, 350, 'voters without an opinion take their places too'],
  ])('in %s on %s, for q%i with jitter %d: %i ms (%s)', (cluster, votes, own, jitter, delayMs) => {
    expect(decide(cluster, votes, { own: uuidOf(own), jitter })).toEqual({ kind: 'go', delayMs });
  });

  it('follows the lease', () => {
    const longer = { ...parameters, leaseMs: 60_000 };
    const facts = { own: uuidOf(3), parameters: longer, jitter: 0.5 };
    expect(decide('M C C', 'x 1 1', facts)).toEqual({ kind: 'go', delayMs: 21_000 });
  });
});
