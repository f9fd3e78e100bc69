import { describe, expect, it } from 'vitest';
import { majorityOf } from './electorate.ts';
import {
  addressLifeSeconds,
  clockDrift,
  decideNominate,
  decideRenew,
  decideResign,
  leaseBounds,
  leaseLeftMs,
  leaseMemoryAtStart,
  renewalIntervalMs,
  safeLeaseMs,
  type LeaseDecision,
  type LeaseMemory,
  type LeaseRefusal,
} from './lease.ts';
import { uuidOf, versionOf } from './testing/notation.ts';
import { forManySeeds, type Seeded } from './testing/seeded.ts';
import { emptyVoterRecord, type VoterRecord } from './voter-record.ts';
import { decideGrant, decidePut } from './voter.ts';

interface Voter {
  readonly record: VoterRecord;
  readonly memory: LeaseMemory;
}

/** q1 is master in epoch 3, and no promise has been made. */
const fresh: Voter = {
  record: {
    epoch: 3,
    grantedTo: uuidOf(1),
    master: { node: uuidOf(1), epoch: 3 },
    version: versionOf(3, 12),
    longestLeaseMs: 0,
  },
  memory: { lease: null, silentUntilMs: 0 },
};

interface Step {
  readonly atMs: number;
  readonly act: 'renew' | 'grant' | 'nominate' | 'resign' | 'put' | 'restart';
  readonly who: number;
  readonly epoch: number;
  /** A duration, or the one who is nominated. */
  readonly last?: number | undefined;
}

const usualMs = 3_000;

/** What a voter does: itself afterwards, or why not. */
function after({ record, memory }: Voter, { atMs, act, who, epoch, last }: Step): Voter | LeaseRefusal {
  const node = uuidOf(who);
  const durationMs = last ?? usualMs;
  const decided = (decision: LeaseDecision) => (decision.kind === 'done' ? decision : asRefusal(decision));
  switch (act) {
    case 'renew':
      return decided(decideRenew(record, memory, { epoch, master: node, durationMs, order: atMs }, atMs));
    case 'nominate':
      return decided(
        decideNominate(
          record,
          memory,
          { epoch, master: node, candidate: uuidOf(last ?? 0), order: atMs },
          atMs,
        ),
      );
    case 'resign':
      return decided(decideResign(record, memory, { epoch, master: node, order: atMs }, atMs));
    case 'grant': {
      const request = { epoch, candidate: node, version: record.version, leaseMs: durationMs };
      const decision = decideGrant(record, memory, request, atMs);
      return decision.granted ? decision : asRefusal(decision);
    }
    case 'put': {
      const version = versionOf(epoch, record.version.serial + 1);
      const decision = decidePut(record, { version, master: node, sender: node });
      return decision.kind === 'refuse' ? asRefusal(decision) : { record: decision.record, memory };
    }
    case 'restart':
      return { record, memory: leaseMemoryAtStart(record, atMs) };
  }
}

const asRefusal = ({ reason, message, facts }: LeaseRefusal): LeaseRefusal => ({ reason, message, facts });
const isRefusal = (answer: Voter | LeaseRefusal): answer is LeaseRefusal => 'reason' in answer;

/** `1500 renew q1@3`, with `/1200` for another duration than 3 s; `0 nominate q1@3>2`; `9 restart`. */
function stepFrom(text: string): Step {
  const [, at, act, who = 0, epoch = 0, last] =
    /^(\d+) (\w+)(?: q(\d)@(\d+)(?:[/>](\d+))?)?$/.exec(text) ?? [];
  if (at === undefined) throw new Error(`'${text}' is not a step`);
  return {
    atMs: Number(at),
    act: act as Step['act'],
    who: Number(who),
    epoch: Number(epoch),
    last: last === undefined ? undefined : Number(last),
  };
}

/** What a fresh voter answers to each step, in order. */
function answersTo(story: string): string {
  let voter = fresh;
  const answers = story.split(', ').map((text) => {
    const answer = after(voter, stepFrom(text));
    if (isRefusal(answer)) return answer.reason;
    voter = answer;
    return 'ok';
  });
  return answers.join(' ');
}

describe('a promise', () => {
  it.each([
    ['0 renew q1@3, 2999 grant q2@4, 3000 grant q2@4', 'ok LEASE_LIVE ok', 'binds to its last millisecond'],
    ['0 renew q1@3, 2000 renew q1@3, 4999 grant q2@4', 'ok ok LEASE_LIVE', 'counts from its last renewal'],
    [
      '0 renew q1@3, 1 renew q1@3/1200, 2999 grant q2@4',
      'ok ok LEASE_LIVE',
      'is not shortened by a shorter one',
    ],
    ['0 renew q1@3, 1 grant q1@4', 'ok ok', 'does not bind against its holder'],
    [
      '0 grant q2@4, 2999 grant q3@5, 3000 grant q3@5',
      'ok LEASE_LIVE ok',
      'is in a grant: time to take office',
    ],
    ['0 grant q2@4, 2000 grant q2@4, 4999 grant q3@5', 'ok ok LEASE_LIVE', 'counts from the repetition'],
    ['0 renew q1@3, 1 renew q2@3, 2 grant q2@4', 'ok NOT_ALLOWED LEASE_LIVE', 'has one holder in an epoch'],
    ['0 renew q2@4, 2999 grant q3@5', 'ok LEASE_LIVE', 'is made to a majority’s choice unheard of here'],
    [
      '0 renew q1@3, 1 renew q2@4, 2 renew q1@3',
      'ok ok EPOCH_TOO_OLD',
      'BEH-078 is not renewed by the deposed',
    ],
    ['0 grant q2@4, 1 renew q1@3', 'ok EPOCH_TOO_OLD', 'BEH-078 nor from the moment of another’s grant'],
    [
      '0 grant q2@4, 1 put q3@4, 2 renew q2@4, 3 renew q3@4',
      'ok ok NOT_ALLOWED ok',
      'BEH-081 is the winner’s',
    ],
  ])('%s: %s: %s', (story, answers) => expect(answersTo(story)).toBe(answers));
});

describe('a nomination', () => {
  it.each([
    ['0 renew q1@3, 1 nominate q1@3>2, 2 grant q2@4', 'ok ok ok', 'BEH-080 frees at once'],
    ['0 renew q1@3, 1 nominate q1@3>2, 2 grant q3@4', 'ok ok LEASE_LIVE', 'nobody but the nominee'],
    ['0 renew q1@3, 1 nominate q1@3>2, 2 nominate q1@3>2', 'ok ok ok', 'is repeatable'],
    [
      '0 renew q1@3, 1 nominate q1@3>2, 2 nominate q1@3>4, 3 grant q2@4, 4 grant q4@4',
      'ok ok ok LEASE_LIVE ok',
      'of another takes it back',
    ],
    [
      '0 renew q1@3, 1 nominate q1@3>2, 2 renew q1@3, 3 grant q2@4',
      'ok ok ok LEASE_LIVE',
      'is taken back by a master that goes on',
    ],
    [
      '0 renew q1@3, 1 nominate q1@3>2, 2 grant q2@4, 3 grant q3@5',
      'ok ok ok LEASE_LIVE',
      'ends in a promise to the nominee',
    ],
    ['0 renew q1@3, 1 nominate q1@3>2, 3000 grant q3@4', 'ok ok ok', 'does not outlive the lease'],
    ['0 renew q1@3, 1 nominate q2@3>2, 2 grant q2@4', 'ok NOT_ALLOWED LEASE_LIVE', 'is the holder’s alone'],
    [
      '0 grant q2@4, 1 nominate q1@3>3, 2 grant q3@5',
      'ok EPOCH_TOO_OLD LEASE_LIVE',
      'BEH-078 is not the deposed’s',
    ],
    ['0 nominate q2@4>2', 'NOT_ALLOWED', 'is of an epoch this node knows'],
  ])('%s: %s: %s', (story, answers) => expect(answersTo(story)).toBe(answers));
});

describe('a resignation', () => {
  it.each([
    ['0 renew q1@3, 1 resign q1@3, 2 grant q2@4', 'ok ok ok', 'frees at once'],
    ['0 renew q1@3, 1 resign q1@3, 2 resign q1@3', 'ok ok ok', 'is repeatable'],
    ['0 renew q1@3, 1 resign q2@3, 2 grant q2@4', 'ok NOT_ALLOWED LEASE_LIVE', 'is the holder’s alone'],
    [
      '0 grant q2@4, 1 resign q1@3, 2 grant q3@5',
      'ok EPOCH_TOO_OLD LEASE_LIVE',
      'BEH-078 is not the deposed’s',
    ],
    ['0 resign q2@4', 'NOT_ALLOWED', 'is of an epoch this node knows'],
  ])('%s: %s: %s', (story, answers) => expect(answersTo(story)).toBe(answers));
});

describe('after a restart', () => {
  it.each([
    ['0 restart, 0 grant q2@4', 'ok ok', 'a voter that never promised is free'],
    ['0 renew q1@3, 1000 restart, 3999 grant q2@4, 4000 grant q2@4', 'ok ok LEASE_LIVE ok', 'it is silent'],
    [
      '0 renew q1@3/9000, 1 renew q1@3/1200, 2 restart, 9001 grant q2@4',
      'ok ok ok LEASE_LIVE',
      'its longest ever',
    ],
    ['0 renew q1@3, 1000 restart, 1001 renew q1@3, 1002 grant q1@4', 'ok ok ok ok', 'except for the holder'],
    ['0 grant q2@4, 1 restart, 2 grant q2@4, 3 grant q3@5', 'ok ok ok LEASE_LIVE', 'whoever it had granted'],
    [
      '0 renew q1@3, 1 restart, 2 nominate q1@3>2, 3 grant q2@4',
      'ok ok LEASE_LIVE LEASE_LIVE',
      'and the nominee, since a renewal that took the nomination back may be forgotten',
    ],
    ['0 renew q1@3, 1 restart, 2 resign q1@3', 'ok ok LEASE_LIVE', 'nor is a resignation heard'],
    [
      '0 renew q1@3, 1 restart, 2 renew q1@3, 3 nominate q1@3>2, 4 grant q3@4, 5 grant q2@4',
      'ok ok ok ok LEASE_LIVE ok',
      'except for its nominee once the holder has renewed',
    ],
    [
      '0 renew q1@3, 1 restart, 2 renew q1@3, 3 resign q1@3, 4 grant q2@4',
      'ok ok ok ok ok',
      'or has renewed and resigned',
    ],
    [
      '0 renew q1@3, 1 nominate q1@3>2, 2 restart, 3 grant q2@4',
      'ok ok ok LEASE_LIVE',
      'nominations are forgotten',
    ],
  ])('%s: %s: %s', (story, answers) => expect(answersTo(story)).toBe(answers));
});

describe('a refusal', () => {
  const bound = after(fresh, stepFrom('0 renew q1@3')) as Voter;

  it('tells who holds the lease, and for how long', () => {
    expect(after(bound, stepFrom('999 grant q2@4'))).toEqual({
      reason: 'LEASE_LIVE',
      message: 'uuid-1 holds the lease, for 2001 ms more',
      facts: { holder: 'uuid-1', leftMs: '2001' },
    });
    const restarted = after(bound, stepFrom('100 restart')) as Voter;
    expect(after(restarted, stepFrom('600 grant q2@4'))).toMatchObject({ facts: { leftMs: '2500' } });
  });

  it.each(['renew q1@2', 'nominate q1@2>2', 'resign q1@2'])(
    'BEH-294 of %s tells the current epoch',
    (step) => {
      expect(after(bound, stepFrom(`1 ${step}`))).toEqual({
        reason: 'EPOCH_TOO_OLD',
        message: 'Epoch 2 is over; the highest known is 3',
        facts: { epoch: '3' },
      });
    },
  );
});

describe('what is left of a lease', () => {
  it.each([
    [0, 3_000],
    [2_999, 1],
    [3_000, 0],
    [9_999, 0],
  ])('after %i ms of 3000: %i', (nowMs, left) => {
    const { memory } = after(fresh, stepFrom('0 renew q1@3')) as Voter;
    expect(leaseLeftMs(memory, nowMs)).toBe(left);
  });

  it.each([
    [3_000, 3],
    [2_999, 2],
    [1_000, 1],
    [999, 0],
    [0, 0],
    [-500, 0],
  ])('of %i ms the kernel gives the address %i s', (left, seconds) =>
    expect(addressLifeSeconds(left)).toBe(seconds),
  );
});

describe('the margin', () => {
  it.each([
    [leaseBounds.leastMs, 1_085, 200],
    [leaseBounds.usualMs, 2_714, 500],
    [leaseBounds.mostMs, 54_285, 10_000],
  ])('of a lease of %i ms a master uses %i and renews every %i', (durationMs, safeMs, everyMs) => {
    expect([safeLeaseMs(durationMs), renewalIntervalMs(durationMs)]).toEqual([safeMs, everyMs]);
  });

  it('is enough for the slowest master before the fastest voter, and no larger', () => {
    const [slowest, fastest] = [1 - clockDrift, 1 + clockDrift];
    const officeMs = (safeMs: number) => safeMs / slowest;
    expect(officeMs(safeLeaseMs(usualMs))).toBeLessThanOrEqual(usualMs / fastest);
    expect(officeMs(safeLeaseMs(usualMs) + 1)).toBeGreaterThan(usualMs / fastest);
  });

  it('leaves room for several lost rounds before the office is over', () => {
    expect(safeLeaseMs(usualMs) / renewalIntervalMs(usualMs)).toBeGreaterThan(5);
  });
});

/** Steps of anybody, in a space so small that clashes are common; epochs rise slowly. */
function stepsOf(random: Seeded): readonly Step[] {
  let atMs = 0;
  return Array.from({ length: 80 }, (_, index): Step => {
    atMs += random.pick(1_200);
    const act = random.oneOf<Step['act']>([
      'renew',
      'renew',
      'renew',
      'grant',
      'grant',
      'grant',
      'nominate',
      'resign',
      'restart',
    ]);
    return {
      atMs,
      act,
      who: 1 + random.pick(3),
      epoch: 2 + Math.floor(index / 6) + random.pick(3),
      last: act === 'nominate' ? 1 + random.pick(3) : 1_200 + random.pick(3_000),
    };
  });
}

/** Runs random steps; `look` sees each with the voter before it and what came of it. */
const forManyStories = (look: (before: Voter, step: Step, answer: Voter | LeaseRefusal) => void): void =>
  forManySeeds(300, (random) => {
    let voter = fresh;
    for (const step of stepsOf(random)) {
      const answer = after(voter, step);
      look(voter, step, answer);
      if (!isRefusal(answer)) voter = answer;
    }
  });

/** Whom a voter has promised what, as an onlooker remembers it who never restarts. */
interface Promised {
  readonly holder: number;
  readonly epoch: number;
  readonly untilMs: number;
  readonly nominee: number;
}

function promiseAfter(before: Promised, { act, atMs, who, epoch, last = 0 }: Step): Promised {
  switch (act) {
    case 'grant':
    case 'renew':
      return { holder: who, epoch, untilMs: atMs + last, nominee: 0 };
    case 'nominate':
      return { ...before, holder: who, epoch, nominee: last };
    case 'resign':
      return { ...before, untilMs: 0 };
    default:
      return before;
  }
}

describe('whatever a voter is asked', () => {
  it('BEH-078 BEH-294 a lower epoch neither renews, nominates nor resigns, and is told the real one', () =>
    forManyStories(({ record }, { act, epoch }, answer) => {
      if (act === 'restart' || epoch >= record.epoch) return;
      expect(answer).toMatchObject({ reason: 'EPOCH_TOO_OLD', facts: { epoch: String(record.epoch) } });
    }));

  it('no promise shrinks another’s: beside a living one is only its nominee, or a later epoch’s majority', () => {
    let promise: Promised = { holder: 1, epoch: 3, untilMs: 0, nominee: 0 };
    let kept = 0;
    forManyStories((before, step, answer) => {
      if (before === fresh) promise = { holder: 1, epoch: 3, untilMs: 0, nominee: 0 };
      const { act, atMs, who, epoch } = step;
      const anothers = act !== 'restart' && atMs < promise.untilMs && who !== promise.holder;
      const rightful = act === 'grant' ? who === promise.nominee : epoch > promise.epoch;
      const mustRefuse = anothers && !rightful;
      expect({ promise, step, broken: mustRefuse && !isRefusal(answer) }).toMatchObject({ broken: false });
      if (mustRefuse) kept += 1;
      if (!isRefusal(answer)) promise = promiseAfter(promise, step);
    });
    expect(kept).toBeGreaterThan(1_000);
  });

  it('a nomination lengthens no lease', () =>
    forManyStories(({ memory }, { act, atMs }, answer) => {
      if (act !== 'nominate' || isRefusal(answer)) return;
      expect(leaseLeftMs(answer.memory, atMs)).toBe(leaseLeftMs(memory, atMs));
    }));

  it('what it must not forget only moves upward', () =>
    forManyStories(({ record }, { atMs }, answer) => {
      if (isRefusal(answer)) return;
      expect(answer.record.epoch).toBeGreaterThanOrEqual(record.epoch);
      expect(answer.record.longestLeaseMs).toBeGreaterThanOrEqual(record.longestLeaseMs);
      expect(answer.record.longestLeaseMs).toBeGreaterThanOrEqual(leaseLeftMs(answer.memory, atMs));
    }));
});

/** A voter with a clock of its own: `rate` of its seconds in a true one. All times outside it are true. */
interface Clocked {
  readonly rate: number;
  readonly startedAt: number;
  voter: Voter;
  /** When it first granted the contender. */
  grantedAt: number;
}

interface Round {
  readonly sentAt: number;
  readonly durationMs: number;
  readonly acknowledgedBy: Set<Clocked>;
}

interface Happening {
  readonly at: number;
  readonly happens: () => void;
}

/** The extremes are where the margin is needed. */
const anyRate = (random: Seeded): number =>
  1 + clockDrift * random.oneOf([-1, 1, (random.pick(201) - 100) / 100]);

function anyVoter(random: Seeded): Clocked {
  return {
    rate: anyRate(random),
    startedAt: random.pick(1_000_000),
    voter: fresh,
    grantedAt: Number.POSITIVE_INFINITY,
  };
}

function asked(clocked: Clocked, at: number, step: Omit<Step, 'atMs'>): boolean {
  const answer = after(clocked.voter, { ...step, atMs: clocked.startedAt + clocked.rate * at });
  if (!isRefusal(answer)) clocked.voter = answer;
  return !isRefusal(answer);
}

const renewed = (round: Round, voter: Clocked, at: number): Happening => ({
  at,
  happens: () => {
    if (asked(voter, at, { act: 'renew', who: 1, epoch: 3, last: round.durationMs }))
      round.acknowledgedBy.add(voter);
  },
});

const contended = (voter: Clocked, at: number, durationMs: number): Happening => ({
  at,
  happens: () => {
    // Before its first promise it is free, and the story would be over.
    if (voter.voter.record.longestLeaseMs === 0) return;
    if (asked(voter, at, { act: 'grant', who: 2, epoch: 4, last: durationMs }))
      voter.grantedAt = Math.min(voter.grantedAt, at);
  },
});

const restarted = (voter: Clocked, at: number): Happening => ({
  at,
  happens: () => void asked(voter, at, { act: 'restart', who: 0, epoch: 0 }),
});

/**
 * q1 renews in rounds of which messages are late or lost. q2 asks for epoch 4: in between, and the moment a promise
 * ends. Some voters restart.
 */
function contest(
  random: Seeded,
  durationMs: number,
): { readonly voters: Clocked[]; readonly rounds: Round[] } {
  const voters = Array.from({ length: 3 + random.pick(4) }, () => anyVoter(random));
  const rounds = Array.from({ length: 8 }, (_, index): Round => ({
    sentAt: index * renewalIntervalMs(durationMs) + random.pick(durationMs / 6),
    // The parameter may be changed in the middle of the story.
    durationMs: random.pick(5) === 0 ? leaseBounds.leastMs : durationMs,
    acknowledgedBy: new Set(),
  }));
  const happenings = rounds.flatMap((round) =>
    voters.flatMap((voter) => {
      if (random.pick(4) === 0) return [];
      const at = round.sentAt + random.oneOf([0, random.pick(50), random.pick(durationMs)]);
      const endsAt = at + round.durationMs / voter.rate;
      return [
        renewed(round, voter, at),
        contended(voter, at + random.pick(durationMs), durationMs),
        contended(voter, endsAt + 0.001, durationMs),
        ...(random.pick(9) === 0 ? [restarted(voter, endsAt - random.pick(durationMs))] : []),
      ];
    }),
  );
  for (const { happens } of happenings.toSorted((a, b) => a.at - b.at)) happens();
  return { voters, rounds };
}

describe('a master and its majority', () => {
  it('BEH-079 (rules alone) it is out of office before any of them may grant another, whatever their clocks', () => {
    let ended = 0;
    forManySeeds(1_000, (random) => {
      const durationMs = random.oneOf([leaseBounds.leastMs, usualMs, 20_000]);
      const { voters, rounds } = contest(random, durationMs);
      const rate = anyRate(random);
      for (const { sentAt, durationMs: forMs, acknowledgedBy } of rounds) {
        if (acknowledgedBy.size < majorityOf(voters.length)) continue;
        const firstGrantAt = Math.min(...[...acknowledgedBy].map(({ grantedAt }) => grantedAt));
        expect(firstGrantAt).toBeGreaterThanOrEqual(sentAt + safeLeaseMs(forMs) / rate);
        if (firstGrantAt < Number.POSITIVE_INFINITY) ended += 1;
      }
    });
    // Or it would have proved nothing.
    expect(ended).toBeGreaterThan(1_000);
  });
});

describe('words of the holder that arrive late', () => {
  const master = uuidOf(1);
  const record: VoterRecord = { ...emptyVoterRecord, epoch: 3, grantedTo: master };
  const renewedAt = (order: number): LeaseMemory => {
    const decision = decideRenew(
      record,
      { lease: null, silentUntilMs: 0 },
      { epoch: 3, master, durationMs: 3_000, order },
      0,
    );
    if (decision.kind === 'refuse') throw new Error(decision.message);
    return decision.memory;
  };

  it.each([
    ['a nomination sent before the renewal is refused', 4, 10, 'refuse'],
    ['one sent after it is obeyed', 6, 10, 'done'],
    ['one repeated is obeyed again', 5, 10, 'done'],
    ['when the lease is over, nothing is bound that it could free', 4, 3_000, 'done'],
  ])('%s', (_, order, nowMs, kind) => {
    const word = { epoch: 3, master, candidate: uuidOf(2), order };
    expect(decideNominate(record, renewedAt(5), word, nowMs).kind).toBe(kind);
    expect(decideResign(record, renewedAt(5), word, nowMs).kind).toBe(kind);
  });
});
