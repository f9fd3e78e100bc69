import { describe, expect, it } from 'vitest';
import type { ClusterRecord } from './configuration.ts';
import type { Renewal } from './renewal.ts';
import { uuidOf } from './testing/notation.ts';
import type { VerifyFacts } from './verify-facts.ts';
import { renewsKeys } from './verify-renewal.ts';
import {
  nowSeconds,
  certificate,
  recordOf,
  factsWith,
  wordFor,
  findingsFor,
  wordsFor,
  withCertificate,
  type Seen,
} from './testing/verify-scene.ts';

describe('BEH-269 what removed hosts may still know', () => {
  const exposed = [{ node: uuidOf(9), name: 'q9.lab', since: '', secrets: ['cluster-key', 'hmac-key'] }];
  const record = { ...recordOf(), ours: { ...recordOf().ours, exposed } } as ClusterRecord;

  it('is a warning for each secret, which names the host and the way out', () => {
    const findings = findingsFor({}, { record });
    expect(findings.map(wordFor)).toEqual(['warning QEXPOSED cluster.lab', 'warning QEXPOSED cluster.lab']);
    expect(findings[0]?.message).toBe(
      'cluster-key may be known to q9.lab, which left the cluster unseen; quorate renew-crypto replaces it',
    );
  });
});

describe('while keys are renewed', () => {
  const renewal = (changes: Partial<Renewal> = {}): Renewal => ({
    ...{ id: 'r1', phase: 'switch', since: '', items: [], nodes: null, graceSeconds: 0, dropAtSeconds: null },
    ...{ fingerprints: { 'server.pem': 'new', 'rapi.pem': 'new' }, switched: [] },
    authorities: { old: 'old', new: 'new', pems: [], linkPem: '' },
    ...changes,
  });
  const renewing = (changes?: Partial<Renewal>): ClusterRecord => ({
    ...recordOf(),
    ours: { ...recordOf().ours, renewal: renewal(changes) },
  });
  /** As it is found between two writes, and with a pin that is yet to be committed. */
  const halfWay: Seen = {
    certificates: [
      certificate('server.pem', { sha256: 'new' }),
      certificate('node.pem', { sha256: 'new', signedByCluster: false, signedByTrusted: true }),
      certificate('client.pem', { sha1: 'new', signedByCluster: false, signedByTrusted: true }),
    ],
    presentedSha256: 'newer',
    sharedFileDigests: { 'hmac.key': 'ab', 'rapi.pem': 'new' },
  };
  const underWay = 'notice QRENEWAL cluster.lab';

  it.each(['trust-new', 'switch', 'abort'] as const)('%s: there is no false alarm', (phase) =>
    expect(wordsFor({ 2: halfWay }, { record: renewing({ phase }) })).toEqual([underWay]),
  );

  it('a node that has not switched when the others drop the old raises none either', () => {
    const record = renewing({ phase: 'drop-old', switched: [uuidOf(1), uuidOf(3)] });
    expect(wordsFor({ 2: halfWay }, { record })).toEqual([underWay]);
  });

  it('a node that is done with it is looked at again', () => {
    const record = renewing({ phase: 'drop-old', switched: [uuidOf(1), uuidOf(2), uuidOf(3)] });
    const words = wordsFor({ 2: halfWay }, { record });
    expect(words).toEqual([
      'error ECLUSTERFILECHECK cluster.lab',
      'error ECLUSTERCERT q2.lab',
      'warning ECLUSTERCERT q2.lab',
      'error ECLUSTERCLIENTCERT q2.lab',
      underWay,
    ]);
  });

  it('a node that the renewal leaves alone is looked at as ever', () => {
    const words = wordsFor({ 2: halfWay }, { record: renewing({ nodes: [uuidOf(3)] }) });
    expect(words).toContain('error ECLUSTERCERT q2.lab');
  });

  it('what is not renewed is compared as ever', () => {
    const other = { ...halfWay, sharedFileDigests: { 'hmac.key': 'other', 'rapi.pem': 'new' } };
    expect(wordsFor({ 2: other }, { record: renewing() })).toEqual([
      'error ECLUSTERFILECHECK cluster.lab',
      underWay,
    ]);
    const without = { ...halfWay, sharedFileDigests: { 'hmac.key': 'ab' } };
    expect(wordsFor({ 2: without }, { record: renewing() })).toContain('error ECLUSTERFILECHECK cluster.lab');
  });

  it('a renewal is taken to be at it until a minute after its end', () => {
    const endedAt = (at: number): VerifyFacts => {
      const pastRenewals = [{ id: 'r1', end: 'done', at: new Date(at * 1000).toISOString(), leftBehind: [] }];
      return factsWith({}, { record: { ...known, ours: { ...known.ours, pastRenewals } } as ClusterRecord });
    };
    const known = recordOf();
    expect(renewsKeys(factsWith())).toBe(false);
    expect(renewsKeys(factsWith({}, { record: renewing() }))).toBe(true);
    expect([endedAt(nowSeconds - 59), endedAt(nowSeconds - 61)].map(renewsKeys)).toEqual([true, false]);
  });

  it('a signature that counts nowhere is an error all the same', () => {
    const strange = withCertificate('node.pem', { signedByCluster: false });
    expect(wordsFor({ 2: strange }, { record: renewing() })).toContain('error ECLUSTERCERT q2.lab');
    const ofSecrets = renewing({ authorities: null });
    expect(wordsFor({ 2: halfWay }, { record: ofSecrets })).toContain('error ECLUSTERCERT q2.lab');
  });
});
