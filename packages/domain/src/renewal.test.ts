import { describe, expect, it } from 'vitest';
import type { Draft } from './configuration.ts';
import { planRenewal, type NodeTrust, type Renewal, type TrustAnswer } from './renewal.ts';
import { withGrace, withNewRenewal, withProgress, withRenewalAborted } from './renewal-changes.ts';
import { draftOfSize, testSeconds, uuidOf } from './testing/drafts.ts';

const sha256 = (text: string): string => text;
const authorities = { old: 'old', new: 'new', pems: ['OLD', 'NEW'], linkPem: 'LINK' };
const fingerprints = { 'server.pem': 'new', 'hmac.key': 'key' };

const renewal = (changes: Partial<Renewal> = {}): Renewal => ({
  id: 'r1',
  phase: 'trust-new',
  since: '2026-11-22T12:00:00.000Z',
  items: ['cluster-certificate', 'hmac-key'],
  nodes: null,
  graceSeconds: 100,
  dropAtSeconds: null,
  switched: [],
  ...{ authorities, fingerprints, ...changes },
});

const shows = (certificateSha256: string, authoritySha256s: readonly string[]) => ({
  ...{ certificateSha256, authoritySha256s, clientCertificateSha1: 'AB' },
  ...{ issuedSeconds: 0, notAfterSeconds: 1_000, authorityNotAfterSeconds: 2_000 },
});

const part = (stage: NonNullable<NodeTrust['renewal']>['stage'], id = 'r1') => ({
  ...{ id, stage, fingerprints, holdsClusterKey: true },
});

/**
 * One letter per node: `.` has done nothing, `p` is prepared, `s` has switched, `f` has finished, `-` is away, `x`
 * refuses, `k` is prepared without the cluster key, `t` does not trust the new one, `w` holds something else.
 */
const answers: Readonly<Record<string, TrustAnswer>> = {
  '.': { kind: 'trust', trust: { ...shows('before', ['old']), renewal: null } },
  p: { kind: 'trust', trust: { ...shows('before', ['old', 'new']), renewal: part('prepared') } },
  k: {
    kind: 'trust',
    trust: { ...shows('before', ['old', 'new']), renewal: { ...part('prepared'), holdsClusterKey: false } },
  },
  t: { kind: 'trust', trust: { ...shows('before', ['old']), renewal: part('prepared') } },
  w: {
    kind: 'trust',
    trust: { ...shows('before', ['old', 'new']), renewal: { ...part('prepared'), fingerprints: {} } },
  },
  c: { kind: 'trust', trust: { ...shows('after', ['new', 'old']), renewal: part('switching') } },
  s: { kind: 'trust', trust: { ...shows('after', ['new', 'old']), renewal: part('switched') } },
  f: { kind: 'trust', trust: { ...shows('after', ['new']), renewal: null } },
  '-': { kind: 'away', why: 'refused' },
  x: { kind: 'failed', why: 'disk full' },
};

const node = (number: number): string => uuidOf('node', number);
const answersOf = (line: string) =>
  new Map(line.split('').map((letter, i) => [node(i + 1), answers[letter]!] as const));

const draftWith = (changes: Partial<Renewal>, size: number): Draft => {
  const draft = draftOfSize(size);
  return { ...draft, ours: { ...draft.ours, renewal: renewal(changes) } };
};

/** `prepare 1 2`, `to switch`, `end done`, `end done without 3`, `wait`, `blocked by 2`. */
function outcome(changes: Partial<Renewal>, line: string, nowSeconds = 0): string {
  const { tasks, next, blockedBy } = planRenewal(
    draftWith(changes, line.length),
    answersOf(line),
    nowSeconds,
    sha256,
  );
  const numbers = (uuids: readonly string[]): string => uuids.map((uuid) => Number(uuid.slice(-4))).join(' ');
  if (tasks.length > 0) return `${tasks[0]?.task} ${numbers(tasks.map((task) => task.node))}`;
  if (next && 'renewal' in next)
    return next.renewal.phase === changes.phase
      ? `switched ${numbers(next.renewal.switched)}`
      : `to ${next.renewal.phase}`;
  if (next)
    return `end ${next.end.end}${next.end.leftBehind.length > 0 ? ` without ${numbers(next.end.leftBehind)}` : ''}`;
  return blockedBy.length > 0 ? `blocked by ${numbers(blockedBy.map((one) => one.node))}` : 'wait';
}

describe('a renewal in phase trust-new', () => {
  it.each([
    ['...', 'prepare 1 2 3', 'nobody has begun'],
    ['pp.', 'prepare 3', 'the others wait for it'],
    ['ppk', 'prepare 3', 'a candidate without the cluster key could not go on with it'],
    ['ppt', 'prepare 3', 'whoever does not trust the new one yet would refuse those that switch'],
    ['ppw', 'prepare 3', 'what it holds is told by fingerprint'],
    ['ppp', 'to switch', ''],
    ['pp-', 'to switch', 'who is away catches up'],
    ['ppx', 'blocked by 3', 'BEH-285 one refuses, and nothing is switched anywhere'],
    ['p.x', 'prepare 2', 'the others need not wait for who refuses'],
  ])('%s: %s %s', (line, wanted) => expect(outcome({ phase: 'trust-new' }, line)).toBe(wanted));
});

describe('a renewal in phase switch', () => {
  it.each([
    ['ppp', 'switch 1 2 3', ''],
    ['sp.', 'switch 2 3', 'one that was away in the first phase is prepared on the way'],
    ['ssc', 'switch 3', 'a crash interrupted it'],
    ['sss', 'to drop-old', ''],
    ['ss-', 'to drop-old', 'which then waits for it'],
    ['ssx', 'blocked by 3', ''],
  ])('%s: %s %s', (line, wanted) => expect(outcome({ phase: 'switch' }, line)).toBe(wanted));
});

describe('a renewal in phase drop-old', () => {
  const everybody = [1, 2, 3].map(node);
  const waiting = { phase: 'drop-old', switched: everybody.slice(0, 2), dropAtSeconds: 100 } as const;
  const over = { phase: 'drop-old', switched: everybody, dropAtSeconds: 100 } as const;

  it.each([
    ['sss', 'finish 1 2 3', ''],
    ['ffs', 'finish 3', ''],
    ['fff', 'end done', ''],
    ['ff-', 'end done', 'it has switched, and forgets the old when it is back'],
    ['ffx', 'end done', ''],
  ])('of which all have switched, %s: %s %s', (line, wanted) => expect(outcome(over, line, 50)).toBe(wanted));

  it.each([
    [0, 'wait', 'a command may have read the old files just now'],
    [2.9, 'wait', ''],
    [3, 'finish 1 2 3', ''],
    [-5, 'finish 1 2 3', 'the clock was put back'],
  ])('%d s after all have switched: %s %s', (nowSeconds, wanted) =>
    expect(outcome(over, 'sss', nowSeconds)).toBe(wanted),
  );

  it.each([
    ['ss-', 50, 'wait', 'the old counts until it is back'],
    ['ss.', 50, 'switch 3', 'it is back'],
    ['ssp', 50, 'switch 3', ''],
    ['sss', 50, 'switched 1 2 3', 'which is made known before anybody forgets the old'],
    ['ss-', 100, 'finish 1 2', 'the grace is over'],
    ['ff-', 100, 'end done without 3', ''],
  ])('that waits for the third, %s at %i: %s %s', (line, nowSeconds, wanted) =>
    expect(outcome(waiting, line, nowSeconds)).toBe(wanted),
  );

  it('waits for nobody where only certificates were made: who is away keeps its own', () => {
    const certificates = {
      phase: 'switch',
      items: ['node-certificates'],
      authorities: null,
      fingerprints: {},
    } as const;
    const { next } = planRenewal(
      draftWith(certificates, 1),
      new Map([[node(1), withoutFiles('s')]]),
      50,
      sha256,
    );
    expect(next).toMatchObject({ renewal: { phase: 'drop-old', dropAtSeconds: 50 } });
  });
});

function withoutFiles(letter: string): TrustAnswer {
  const answer = answers[letter];
  if (answer?.kind !== 'trust' || !answer.trust.renewal) throw new Error(letter);
  return {
    kind: 'trust',
    trust: { ...answer.trust, renewal: { ...answer.trust.renewal, fingerprints: {} } },
  };
}

describe('a renewal that is taken back', () => {
  it.each([
    ['sp.', 'restore 1 2', ''],
    ['..-', 'end aborted', 'who is away takes it back when it returns'],
    ['..x', 'end aborted', ''],
  ])('%s: %s %s', (line, wanted) => expect(outcome({ phase: 'abort' }, line)).toBe(wanted));
});

describe('a renewal of one node', () => {
  it('asks nothing of the others', () => {
    const one = { phase: 'trust-new', nodes: [node(2)] } as const;
    expect(outcome(one, '...')).toBe('prepare 2');
    expect(outcome(one, 'xp.')).toBe('to switch');
  });
});

describe('what is left of a renewal that is over', () => {
  const past = { id: 'r1', at: '', leftBehind: [] } as const;
  const tasksOf = (end: 'done' | 'aborted' | undefined, letter: string) => {
    const draft = draftOfSize(1);
    const ours = { ...draft.ours, ...(end && { pastRenewals: [{ ...past, end }] }) };
    return planRenewal({ ...draft, ours }, answersOf(letter), 0, sha256).tasks.map(({ task }) => task);
  };

  it.each([
    ['done', 's', ['finish'], 'it was away when the others forgot the old'],
    ['done', 'p', ['restore'], 'it never switched'],
    ['aborted', 's', ['restore'], ''],
    ['aborted', 'p', ['restore'], ''],
    [undefined, 'p', ['restore'], 'its order never became part of the configuration'],
    [undefined, 's', ['finish'], 'nobody remembers; what it shows is what works'],
    ['done', '.', [], ''],
  ] as const)('%s, %s: %j %s', (end, letter, wanted, _why) => expect(tasksOf(end, letter)).toEqual(wanted));

  it('a node that joined during one forgets the old when it is over', () => {
    const joined = new Map([
      [node(1), { kind: 'trust', trust: { ...shows('before', ['new', 'old']), renewal: null } } as const],
    ]);
    expect(planRenewal(draftOfSize(1), joined, 0, sha256).tasks).toMatchObject([{ task: 'finish' }]);
    expect(planRenewal(draftWith({ phase: 'trust-new' }, 1), joined, 0, sha256).tasks).toMatchObject([
      { task: 'prepare' },
    ]);
  });

  it('goes before the next renewal', () => {
    const draft = draftWith({ id: 'r2' }, 1);
    expect(planRenewal(draft, answersOf('p'), 0, sha256).tasks).toMatchObject([
      { task: 'restore', id: 'r1' },
    ]);
  });
});

describe('the changes of the configuration', () => {
  it('one renewal at a time', () => {
    const draft = withNewRenewal(draftOfSize(2), renewal(), testSeconds);
    expect(() => withNewRenewal(draft, renewal({ id: 'r2' }), testSeconds)).toThrow(
      expect.objectContaining({ reason: 'OPERATION_IN_PROGRESS' }),
    );
    expect(draft.configuration.serial_no).toBeGreaterThan(draftOfSize(2).configuration.serial_no);
  });

  it('a plan for another phase than the present one changes nothing', () => {
    const draft = draftWith({ phase: 'switch' }, 2);
    const next = { renewal: renewal({ phase: 'switch' }) };
    expect(withProgress(draft, renewal({ phase: 'trust-new' }), next, testSeconds)).toBe(draft);
    expect(withProgress(draft, renewal({ id: 'r2', phase: 'switch' }), next, testSeconds)).toBe(draft);
  });

  it('the end is remembered, and only so many', () => {
    let draft: Draft = draftOfSize(1);
    for (let number = 0; number < 30; number += 1) {
      const one = renewal({ id: `r${number}` });
      draft = withNewRenewal(draft, one, testSeconds);
      draft = withProgress(draft, one, { end: { id: one.id, end: 'done', leftBehind: [] } }, testSeconds);
    }
    expect(draft.ours.renewal).toBeUndefined();
    expect(draft.ours.pastRenewals).toHaveLength(20);
    expect(draft.ours.pastRenewals?.at(-1)).toMatchObject({ id: 'r29', end: 'done' });
  });

  it.each([
    ['done', ['rapi-key']],
    ['aborted', ['hmac-key', 'rapi-key']],
  ] as const)('%s, what a removed node still knows is %j', (end, secrets) => {
    const draft = draftWith({ items: ['hmac-key'] }, 1);
    const exposure = { node: node(9), name: 'gone', since: '', secrets: ['hmac-key', 'rapi-key'] } as const;
    const exposed = { ...draft, ours: { ...draft.ours, exposed: [exposure] } };
    const ended = withProgress(exposed, renewal(), { end: { id: 'r1', end, leftBehind: [] } }, testSeconds);
    expect(ended.ours.exposed?.flatMap((one) => one.secrets)).toEqual(secrets);
  });

  it.each(['trust-new', 'switch'] as const)('can be taken back in phase %s', (phase) =>
    expect(withRenewalAborted(draftWith({ phase }, 1), testSeconds).ours.renewal?.phase).toBe('abort'),
  );

  it('cannot be taken back when all have switched, nor where there is none', () => {
    for (const draft of [draftWith({ phase: 'drop-old' }, 1), draftOfSize(1)])
      expect(() => withRenewalAborted(draft, testSeconds)).toThrow(
        expect.objectContaining({ reason: 'WRONG_INPUT' }),
      );
  });

  it('the wait for absent nodes can be cut short', () => {
    const waiting = withGrace(draftWith({ phase: 'drop-old', dropAtSeconds: 9e9 }, 1), 5, testSeconds);
    expect(waiting.ours.renewal?.dropAtSeconds).toBe(testSeconds + 5);
    expect(withGrace(draftWith({}, 1), 5, testSeconds).ours.renewal).toMatchObject({
      graceSeconds: 5,
      dropAtSeconds: null,
    });
  });
});
