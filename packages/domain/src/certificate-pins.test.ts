/** Which certificate is named for a node from one moment of a renewal to the next, and what becomes of the others. */
import { describe, expect, it } from 'vitest';
import {
  changedPins,
  isPinCertain,
  notOnRecord,
  settledNodes,
  unknownCertificates,
  withCertificatePins,
  withMadeCertificates,
  withOthersRevoked,
} from './certificate-pins.ts';
import type { Draft } from './configuration.ts';
import { withNodesOffline } from './configuration-changes.ts';
import { withNodeAwaited } from './node-changes.ts';
import { parseRecord, seal, writeRecord } from './record.ts';
import type { Renewal, TrustAnswer } from './renewal.ts';
import { draftOfSize, testNode, testSeconds, uuidOf } from './testing/drafts.ts';

const second = uuidOf('node', 2);
const before = testNode(2).certificateSha256;
const issued = testSeconds;
const ends = issued + 60;
const settled = issued + 31;

const shows = (certificateSha256: string, renewal: 'in a renewal' | 'in none' = 'in none'): TrustAnswer => ({
  kind: 'trust',
  trust: {
    ...{ certificateSha256, clientCertificateSha1: 'AB', authoritySha256s: ['old'] },
    ...{ issuedSeconds: issued, notAfterSeconds: ends, authorityNotAfterSeconds: 9e9 },
    renewal:
      renewal === 'in none'
        ? null
        : { id: 'r1', stage: 'switched', fingerprints: {}, holdsClusterKey: false },
  },
});

const seen = (answer: TrustAnswer) => new Map([[second, answer]]);
const made = (sha256: string) => [{ node: second, sha256, endsSeconds: ends }];
const signed = (draft: Draft, sha256 = 'after'): Draft => withMadeCertificates(draft, made(sha256), issued);
const pinnedTo = (draft: Draft, sha256: string): Draft =>
  withCertificatePins(draft, changedPins(draft, seen(shows(sha256))), issued);
const ofSecond = ({ ours }: Draft) => ours.nodes[second];
const names = (draft: Draft): string | undefined => ofSecond(draft)?.certificateSha256;
const others = (draft: Draft): readonly string[] =>
  (ofSecond(draft)?.otherCertificates ?? []).map(({ sha256, is }) => `${sha256} ${is}`);

const draft = draftOfSize(3);

describe('the certificate that is named for a node', () => {
  it('changes to one that was signed for it, once the node was seen with it, in Ganeti’s list too', () => {
    const ready = signed(draft);
    expect([names(ready), ...others(ready)]).toEqual([before, 'after made']);
    const pinned = pinnedTo(ready, 'after');
    expect([names(pinned), ...others(pinned)]).toEqual(['after', `${before} shown`]);
    expect(ofSecond(pinned)?.certificateEndsSeconds).toBe(ends);
    expect(pinned.configuration.cluster.candidate_certs[second]).toBe('AB');
    expect(changedPins(pinned, seen(shows('after')))).toEqual([]);
  });

  it('never changes to one that nobody has signed for it, however right its chain: whoever has the cluster key can make one', () => {
    const forged = seen(shows('forged'));
    for (const each of [draft, signed(draft)]) {
      expect(changedPins(each, forged)).toEqual([]);
      expect(unknownCertificates(each, forged, [])).toEqual([{ node: second, certificateSha256: 'forged' }]);
    }
    const forAnother = withMadeCertificates(
      draft,
      [{ ...made('after')[0]!, node: uuidOf('node', 3) }],
      issued,
    );
    expect(changedPins(forAnother, seen(shows('after')))).toEqual([]);
  });

  it('is not that of a node which is waited for, until it has joined', () => {
    const awaited = withNodeAwaited(draft, second, issued);
    expect(changedPins(awaited, seen(shows('after')), { [second]: ['after'] })).toEqual([]);
  });

  it('goes back to the one before when a renewal is taken back', () => {
    const back = pinnedTo(pinnedTo(signed(draft), 'after'), before);
    expect([names(back), ...others(back)]).toEqual([before, 'after shown']);
  });

  it('may be one that was made by hand, where the master was told of it', () => {
    const pins = changedPins(draft, seen(shows('repaired')), { [second]: ['repaired'] });
    expect(names(withCertificatePins(draft, pins, issued))).toBe('repaired');
    expect(changedPins(draft, seen(shows('repaired')), { [uuidOf('node', 3)]: ['repaired'] })).toEqual([]);
  });

  it('BEH-288 stays as it is for a node that does not answer or refuses', () => {
    for (const kind of ['away', 'failed'] as const)
      expect(changedPins(signed(draft), seen({ kind, why: 'x' }))).toEqual([]);
  });

  it('never puts a node on Ganeti’s list that is not on it', () => {
    const pinned = pinnedTo(signed(withNodesOffline(draft, [second], testSeconds)), 'after');
    expect(pinned.configuration.cluster.candidate_certs[second]).toBeUndefined();
    expect(names(pinned)).toBe('after');
  });

  it('survives the loss of the master between signing and seeing: all of it is in the record', () => {
    const hash = (): string => 'd';
    const read = parseRecord(writeRecord(seal(signed(draft), hash)), hash);
    expect([names(pinnedTo(read, 'after')), notOnRecord(read, made('after'))]).toEqual(['after', []]);
    // The next master signs again; whichever the node has got counts.
    const twice = signed(read, 'again');
    expect([names(pinnedTo(twice, 'after')), names(pinnedTo(twice, 'again'))]).toEqual(['after', 'again']);
  });
});

describe('whether the roster names it', () => {
  const renewal = (changes: Partial<Renewal>): Draft => ({
    ...draft,
    ours: {
      ...draft.ours,
      renewal: {
        ...{ id: 'r1', phase: 'trust-new', since: '', items: ['node-certificates'], nodes: null },
        ...{ authorities: null, fingerprints: {}, graceSeconds: 0, dropAtSeconds: null, switched: [] },
        ...changes,
      },
    },
  });

  it.each<[string, Draft, boolean]>([
    ['without a renewal', draft, true],
    ['while certificates are renewed: it may show either', renewal({}), false],
    ['while a cluster certificate is', renewal({ items: ['cluster-certificate'] }), false],
    ['while other things are', renewal({ items: ['hmac-key'] }), true],
    ['while those of others are', renewal({ nodes: [uuidOf('node', 3)] }), true],
    ['when it was seen to have switched', renewal({ phase: 'drop-old', switched: [second] }), true],
    ['and the others have, but not it', renewal({ phase: 'drop-old', switched: [] }), false],
    ['while it is taken back', renewal({ phase: 'abort', switched: [second] }), false],
    ['as long as it may come back with another that was made for it', signed(draft), false],
    ['when it was seen with that', pinnedTo(signed(draft), 'after'), true],
    ['while it is waited for', withNodeAwaited(draft, second, issued), false],
  ])('%s', (_when, each, wanted) => expect(isPinCertain(each, second)).toBe(wanted));
});

describe('a certificate that was replaced', () => {
  const replaced = pinnedTo(signed(draft), 'after');

  it.each<[string, Draft, TrustAnswer, number, boolean]>([
    [
      'is revoked when the new one has been in use for half a minute',
      replaced,
      shows('after'),
      settled,
      true,
    ],
    ['not before: calls that it began are under way', replaced, shows('after'), settled - 2, false],
    ['not while the node has it in reserve', replaced, shows('after', 'in a renewal'), settled, false],
    ['not while the node shows it again', replaced, shows(before), settled, false],
    ['not while it does not answer', replaced, { kind: 'away', why: '' }, settled, false],
    [
      'not while a renewal is under way, which may be taken back',
      { ...replaced, ours: { ...replaced.ours, renewal: { id: 'r2' } as Renewal } },
      shows('after'),
      settled,
      false,
    ],
    ['if there is one', draft, shows(before), settled, false],
  ])('%s', (_when, each, answer, nowSeconds, wanted) =>
    expect(settledNodes(each, seen(answer), nowSeconds)).toEqual(wanted ? [second] : []),
  );

  it('is on the list then, and nothing but the one that is named counts any more', () => {
    const done = withOthersRevoked(signed(replaced, 'never shown'), [second], settled);
    expect(others(done)).toEqual([]);
    expect(done.ours.revoked).toMatchObject([
      { node: second, name: 'node2.lab.test', certificateSha256: before, why: 'replaced' },
      { certificateSha256: 'never shown', ends: new Date(ends * 1000).toISOString() },
    ]);
  });

  it('is on it too when the node is installed anew before', () =>
    expect(
      withNodeAwaited(replaced, second, settled).ours.revoked?.map((each) => each.certificateSha256),
    ).toEqual(['after', before]));

  it('leaves it when it has ended: certificates of a minute, renewed a thousand times, fill nothing', () => {
    let present = draft;
    let now = issued;
    for (let round = 0; round < 1_000; round += 1, now += 40) {
      const certificate = `r${round}`;
      present = withMadeCertificates(
        present,
        [{ node: second, sha256: certificate, endsSeconds: now + 60 }],
        now,
      );
      const pin = {
        node: second,
        certificateSha256: certificate,
        endsSeconds: now + 60,
        clientCertificateSha1: '',
      };
      present = withOthersRevoked(withCertificatePins(present, [pin], now), [second], now + 31);
    }
    // The first one was of five years; of the others those that ended in the last minutes.
    expect(present.ours.revoked?.[0]?.certificateSha256).toBe(before);
    expect(present.ours.revoked?.length).toBeLessThan(12);
  });

  it('that were made for a node which never takes one are forgotten with their end', () => {
    let present = draft;
    for (let round = 0; round < 100; round += 1)
      present = withMadeCertificates(
        present,
        [{ node: second, sha256: `r${round}`, endsSeconds: issued + round * 400 }],
        issued + round * 400,
      );
    expect(others(present).length).toBeLessThan(4);
  });
});
