import { describe, expect, it } from 'vitest';
import { withNode } from './configuration-changes.ts';
import type { Draft } from './configuration.ts';
import { exposedSecrets } from './exposure.ts';
import { parseRecord, seal, writeRecord } from './record.ts';
import { revokedIn } from './revocation.ts';
import { draftOfSize, testNode, testSeconds, uuidOf } from './testing/drafts.ts';
import {
  awaitsStrangers,
  claimFor,
  openTokenLimit,
  placesClaimed,
  tokenAddresses,
  tokenBookOf,
  tokenOf,
  tokenRefusal,
  tokenState,
  withToken,
  withTokenClaimed,
  withTokenRevoked,
  withTokenUsed,
  type JoinAsked,
  type NewToken,
  type TokenClaim,
} from './token-book.ts';

const now = testSeconds + 100;
const hour = 3_600;

const newToken = (changes: Partial<NewToken> = {}): NewToken => ({
  ...{
    id: 'aaaaaaaaaaaa',
    secretSha256: '5e'.repeat(32),
    lifeSeconds: hour,
    createdBy: 'ann',
    witness: false,
  },
  ...changes,
});
const withOpen = (changes: Partial<NewToken> = {}, draft: Draft = draftOfSize(2)): Draft =>
  withToken(draft, newToken(changes), now);

const host = (number: number, changes: Partial<TokenClaim> = {}) => ({
  ...{ name: testNode(number).name, nodeUuid: uuidOf('node', number), primaryIp: testNode(number).primaryIp },
  ...{ keySha256: String(number).repeat(64) },
  ...changes,
});
const claimed = (draft: Draft, number = 3, id = 'aaaaaaaaaaaa'): Draft => {
  const entry = tokenOf(draft, id);
  if (!entry) throw new Error(`no token ${id}`);
  return withTokenClaimed(draft, id, claimFor(draft, entry, host(number), now), now);
};
const ask = (draft: Draft, asked: Partial<JoinAsked> = {}, at = now, secretFits = true) =>
  tokenRefusal(tokenOf(draft, 'aaaaaaaaaaaa'), secretFits, { ...host(3), ...asked }, at);

const sha256 = (text: string): string => `digest of ${text.length}`;

describe('a token', () => {
  it('brings its host into the group that was named when it was made', () => {
    const draft = claimed(withOpen({ group: 'default' }));
    expect(tokenOf(draft, 'aaaaaaaaaaaa')?.claim?.group).toBe(uuidOf('group'));
    expect(tokenOf(claimed(withOpen()), 'aaaaaaaaaaaa')?.claim).not.toHaveProperty('group');
    expect(() => withOpen({ group: 'attic' })).toThrow("There is no node group 'attic'");
    const record = seal(draft, sha256);
    expect(tokenBookOf(parseRecord(writeRecord(record), sha256))).toEqual(tokenBookOf(draft));
  });

  it('lets any host in, once it is made, and is part of a new version', () => {
    const draft = withOpen();
    expect(ask(draft)).toBeUndefined();
    expect(draft.configuration.serial_no).toBe(draftOfSize(2).configuration.serial_no + 1);
    expect(awaitsStrangers(draft, now)).toBe(true);
    expect(awaitsStrangers(draftOfSize(2), now)).toBe(false);
  });

  it('survives on disk', () => {
    const record = seal(claimed(withOpen({ node: host(3).name, witness: true })), sha256);
    expect(parseRecord(writeRecord(record), sha256)).toEqual(record);
  });

  it.each([
    ['an unknown ID and a wrong secret are one answer', {}, {}, now, false, 'unknown'],
    ['it expires', {}, {}, now + hour, true, 'expired'],
    ['until then it is good', {}, {}, now + hour - 1, true, undefined],
    ['bound to a name, others are refused', { node: 'node9.lab.test' }, {}, now, true, 'wrong-name'],
    ['bound to a name, that host is not', { node: host(3).name }, {}, now, true, undefined],
    ['of a witness, nobody else', { witness: true }, { witness: false }, now, true, 'wrong-role'],
    ['of a witness, it says the role', { witness: true }, {}, now, true, undefined],
    ['of any role, a witness may', {}, { witness: true }, now, true, undefined],
  ] as const)('%s', (_what, token, asked, at, fits, refusal) =>
    expect(ask(withOpen(token), asked, at, fits)).toBe(refusal),
  );

  it('with a wrong secret tells nothing of its state', () => {
    expect(ask(withTokenRevoked(withOpen(), 'aaaaaaaaaaaa', now), {}, now, false)).toBe('unknown');
    expect(tokenRefusal(tokenOf(withOpen(), '__proto__'), true, host(3), now)).toBe('unknown');
  });

  it.each([0, 59, 8 * 86_400, Number.NaN])('cannot live for %d seconds', (lifeSeconds) =>
    expect(() => withOpen({ lifeSeconds })).toThrow(/lives from 1 minute to 7 days/),
  );

  it('is one of a bounded number', () => {
    const ids = Array.from({ length: openTokenLimit }, (_, n) => String(n));
    const full = ids.reduce((draft, id) => withOpen({ id }, draft), draftOfSize(2));
    expect(() => withOpen({ id: 'more' }, full)).toThrow(/open tokens already/);
    expect(tokenBookOf(withToken(full, newToken(), now + hour))).toHaveProperty('aaaaaaaaaaaa');
  });

  it('is forgotten a day after it has expired, so that a refusal can tell why', () => {
    const later = (at: number) => withToken(withOpen(), newToken({ id: 'bbbbbbbbbbbb' }), at);
    expect(ask(later(now + hour + 86_399), {}, now + hour + 86_399)).toBe('expired');
    expect(ask(later(now + hour + 86_400), {}, now + hour + 86_400)).toBe('unknown');
  });
});

describe('a claim', () => {
  it('makes the token that key’s and name’s alone', () => {
    const draft = claimed(withOpen());
    expect(ask(draft)).toBeUndefined();
    expect(ask(draft, { keySha256: 'f'.repeat(64) })).toBe('already-used');
    expect(ask(draft, { name: 'node4.lab.test' })).toBe('already-used');
    expect(ask(draft, { witness: true })).toBe('wrong-role');
    expect(() => claimed(draft, 4)).toThrow(/Another host has used this token/);
  });

  it('repeated by the same host changes nothing', () => {
    const draft = claimed(withOpen());
    expect(claimed(draft)).toBe(draft);
  });

  it('takes a place in the pool, so that no two hosts are promised the same', () => {
    const small = draftOfSize(2, { candidatePoolSize: 3 });
    const first = claimed(withOpen({}, small));
    expect(tokenOf(first, 'aaaaaaaaaaaa')?.claim?.candidate).toBe(true);
    expect(placesClaimed(first, now)).toBe(1);
    const second = claimed(withOpen({ id: 'bbbbbbbbbbbb' }, first), 4, 'bbbbbbbbbbbb');
    expect(tokenOf(second, 'bbbbbbbbbbbb')?.claim?.candidate).toBe(false);
  });

  it('of a witness promises no candidacy', () => {
    const draft = claimed(withOpen({ witness: true }));
    expect(tokenOf(draft, 'aaaaaaaaaaaa')?.claim).toMatchObject({ witness: true, candidate: false });
  });
});

describe('the end of a token', () => {
  const joined = (draft: Draft): Draft =>
    withTokenUsed(withNode(draft, testNode(3), now), uuidOf('node', 3), now);

  it('comes with the change that makes its host a node', () => {
    const draft = joined(claimed(withOpen()));
    expect(tokenState(tokenOf(draft, 'aaaaaaaaaaaa')!, now)).toBe('used');
    expect(draft.configuration.nodes[uuidOf('node', 3)]?.master_candidate).toBe(true);
    expect(ask(draft)).toBe('already-used');
    expect(awaitsStrangers(draft, now)).toBe(false);
    expect(() => joined(claimed(withOpen(), 4))).toThrow(/revoked/);
  });

  it('notes a cluster key that was given for a place that is taken', () => {
    const promised = claimed(withOpen({}, draftOfSize(2, { candidatePoolSize: 3 })));
    const taken = withNode(promised, testNode(5), now);
    const draft = joined(taken);
    expect(draft.ours.nodes[uuidOf('node', 3)]?.mayHoldClusterKey).toBe(true);
  });

  it('by revocation shuts a host out that had claimed it, and lists what it may know', () => {
    const draft = withTokenRevoked(claimed(withOpen()), 'aaaaaaaaaaaa', now);
    expect(ask(draft)).toBe('revoked');
    expect(revokedIn(draft).revoked?.nodes).toEqual([uuidOf('node', 3)]);
    expect(exposedSecrets(draft)).toContainEqual({ secret: 'cluster-key', knownTo: [host(3).name] });
    expect(() => joined(draft)).toThrow(/revoked/);
    expect(withTokenRevoked(draft, 'aaaaaaaaaaaa', now)).toBe(draft);
  });

  it('by revocation of an open one concerns nobody', () => {
    const draft = withTokenRevoked(withOpen(), 'aaaaaaaaaaaa', now);
    expect(exposedSecrets(draft)).toEqual([]);
    expect(revokedIn(draft)).toEqual({});
  });

  it('cannot be revoked where a host has joined, or nobody knows it', () => {
    expect(() => withTokenRevoked(joined(claimed(withOpen())), 'aaaaaaaaaaaa', now)).toThrow(/has joined/);
    expect(() => withTokenRevoked(withOpen(), 'cccccccccccc', now)).toThrow(/no token/);
  });

  it('does not come for a claim in the middle: expired, it can be finished or revoked, and stays listed', () => {
    const draft = withToken(claimed(withOpen()), newToken({ id: 'bbbbbbbbbbbb' }), now + 10 * 86_400);
    expect(tokenState(tokenOf(draft, 'aaaaaaaaaaaa')!, now + 10 * 86_400)).toBe('expired');
    expect(tokenState(tokenOf(joined(draft), 'aaaaaaaaaaaa')!, now)).toBe('used');
  });
});

it('a token leads to the master, the master IP and the other candidates', () =>
  expect(tokenAddresses(draftOfSize(3))).toEqual(['10.99.0.11', '10.99.0.100', '10.99.0.12', '10.99.0.13']));
