import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { automaticRenewal, cappedGraceSeconds, isDue, lookIntervalMs } from './certificate-renewal.ts';
import { initialParameters } from './parameters.ts';
import type { NodeTrust, TrustAnswer } from './renewal.ts';

const ninety = { issuedSeconds: 1_000, notAfterSeconds: 1_090 };
const trust = (changes: Partial<NodeTrust> = {}): TrustAnswer => ({
  kind: 'trust',
  trust: {
    ...ninety,
    authorityNotAfterSeconds: 9_000,
    ...{ certificateSha256: '', clientCertificateSha1: '', authoritySha256s: [], renewal: null },
    ...changes,
  },
});
const at = (nodes: Record<string, TrustAnswer>, nowSeconds: number) =>
  automaticRenewal(new Map(Object.entries(nodes)), (node) => (node === 'late' ? 1 : 0), 90, nowSeconds);

describe('a certificate is due', () => {
  it.each([
    [1_059, 0, false],
    [1_060, 0, true],
    [1_060, 1, false],
    [1_067.5, 1, true],
    [5_000, 1, true],
  ])('at %d for a node that is %d late: %s', (nowSeconds, late, due) =>
    expect(isDue(ninety, late, nowSeconds)).toBe(due),
  );

  it('between two thirds and three quarters of its life, whoever it is', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 60, max: 630_720_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (life, late) => {
          const facts = { issuedSeconds: 0, notAfterSeconds: life };
          expect(isDue(facts, late, life * 0.66)).toBe(false);
          expect(isDue(facts, late, life * 0.751)).toBe(true);
        },
      ),
    ));
});

describe('without an order', () => {
  it('nothing is renewed before somebody is due', () => {
    expect(at({ early: trust(), late: trust() }, 1_059)).toBeUndefined();
    expect(at({ late: trust() }, 1_061)).toBeUndefined();
  });

  it('who would follow soon goes along', () =>
    expect(
      at(
        { early: trust(), late: trust(), fresh: trust({ issuedSeconds: 1_050, notAfterSeconds: 1_140 }) },
        1_061,
      ),
    ).toEqual({
      items: ['node-certificates'],
      nodes: ['early', 'late'],
    }));

  it('a node that does not answer is not waited for', () =>
    expect(at({ early: trust(), gone: { kind: 'away', why: '' } }, 1_061)).toMatchObject({
      nodes: ['early'],
    }));

  it('the cluster certificate is renewed where no node would gain by another of it', () =>
    expect(at({ early: trust({ authorityNotAfterSeconds: 1_091 }) }, 1_061)).toEqual({
      items: ['cluster-certificate'],
      nodes: null,
    }));
});

describe('short lives', () => {
  const parameters = { ...initialParameters, certificateLifeSeconds: 90 };

  it('are looked at oftener', () => {
    expect(lookIntervalMs(60_000, parameters)).toBe(2_250);
    expect(lookIntervalMs(60_000, initialParameters)).toBe(60_000);
  });

  it('leave no week for absent nodes', () => {
    expect(cappedGraceSeconds(604_800, parameters)).toBe(15);
    expect(cappedGraceSeconds(604_800, initialParameters)).toBe(604_800);
  });
});
