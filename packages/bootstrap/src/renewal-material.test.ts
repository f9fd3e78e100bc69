import { writeSecret } from '@quorate/cluster-state/secrets';
import { writeClusterRecord } from '@quorate/cluster-state/record-store';
import { renewingNode } from '@quorate/cluster-state/testing/renewing-node';
import { renewedFiles, type RenewalItem } from '@quorate/domain/renewal-items';
import { seal } from '@quorate/domain/record';
import { draftOfSize } from '@quorate/domain/testing/drafts';
import {
  certificatesIn,
  createEcKeyPair,
  createSelfSignedCertificate,
  describeCertificate,
  issuedBy,
  splitPem,
} from '@quorate/platform/certificates';
import { sha256Hex } from '@quorate/platform/digest';
import { describe, expect, it } from 'vitest';
import { checkedSupply, makeMaterial, materialFor } from './renewal-material.ts';

const now = new Date();
const record = seal(draftOfSize(1), sha256Hex);

async function pair(changes: { now?: Date } = {}): Promise<string> {
  const { privateKeyPem } = createEcKeyPair();
  const wanted = { privateKeyPem, commonName: 'x.test', now, days: 10, ...changes };
  return privateKeyPem + (await createSelfSignedCertificate(wanted));
}

describe('what a renewal puts in place', () => {
  it('all of it: a file for every item, each told by its fingerprint, and a link from the old to the new', async () => {
    const { state, old } = await renewingNode();
    const items: readonly RenewalItem[] = [
      ...(['cluster-certificate', 'node-certificates', 'rapi-certificate'] as const),
      ...(['spice-certificate', 'hmac-key', 'cluster-domain-secret'] as const),
    ];
    const { material, authorities, fingerprints } = await makeMaterial(state, record, {
      items,
      supplied: {},
      now,
    });
    expect(Object.keys(material).sort()).toEqual([...renewedFiles].sort());
    expect(Object.keys(fingerprints).sort()).toEqual([...renewedFiles].sort());
    expect(authorities?.old).toBe(describeCertificate(old.certificatePem).sha256);
    expect(issuedBy(authorities?.linkPem ?? '', old.certificatePem)).toBe(true);
    expect(certificatesIn(material['spice.pem'] ?? '')).toEqual(
      certificatesIn(material['spice-ca.pem'] ?? ''),
    );
  });

  it('only what was asked for', async () => {
    const { state } = await renewingNode();
    const made = await makeMaterial(state, record, { items: ['node-certificates'], supplied: {}, now });
    expect(made).toEqual({ material: {}, authorities: null, fingerprints: {} });
  });

  it('the cluster key goes to candidates only', async () => {
    const { state } = await renewingNode();
    const wanted = { items: ['cluster-certificate', 'hmac-key'], supplied: {}, now } as const;
    const { material } = await makeMaterial(state, record, wanted);
    const key = (files: typeof material) => splitPem(files['server.pem'] ?? '').privateKeyPem;
    expect(key(materialFor(true, material))).toBeDefined();
    expect(key(materialFor(false, material))).toBeUndefined();
    expect(materialFor(false, material)['hmac.key']).toBe(material['hmac.key']);
  });

  it('nothing where the cluster key does not lie', async () => {
    const { state, old } = await renewingNode();
    await writeSecret(state, 'serverPem', old.certificatePem);
    await writeClusterRecord(state, record);
    const wanted = { items: ['cluster-certificate'], supplied: {}, now } as const;
    await expect(makeMaterial(state, record, wanted)).rejects.toMatchObject({
      reason: 'NOT_A_MASTER_CANDIDATE',
    });
  });
});

describe('BEH-282 what an administrator brings is refused', () => {
  const refusedFor = (items: readonly RenewalItem[], supplied: Record<string, string>) => {
    try {
      checkedSupply(items, supplied, now);
      return 'accepted';
    } catch (caught) {
      return (caught as Error).message;
    }
  };
  const rapi = (text: string) => refusedFor(['rapi-certificate'], { 'rapi.pem': text });

  it('if it is no usable pair', async () => {
    const [one, other] = [await pair(), await pair()];
    expect(rapi(one)).toBe('accepted');
    expect(rapi('')).toContain('no certificate');
    expect(rapi(certificatesIn(one).join(''))).toContain('no private key');
    expect(rapi((splitPem(one).privateKeyPem ?? '') + certificatesIn(other).join(''))).toContain(
      'not that of',
    );
    expect(rapi(await pair({ now: new Date(now.getTime() - 30 * 86_400_000) }))).toContain('valid until');
  });

  it('if it is not part of what is renewed, or is ours to make', async () => {
    expect(refusedFor(['hmac-key'], { 'rapi.pem': await pair() })).toContain('no part of this renewal');
    expect(refusedFor(['cluster-certificate'], { 'server.pem': await pair() })).toContain('no part');
  });

  it('if only one of the SPICE files is there', async () =>
    expect(refusedFor(['spice-certificate'], { 'spice.pem': await pair() })).toContain('together'));
});
