import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createClusterCertificate,
  createEcKeyPair,
  createRsaKeyPair,
  createSelfSignedCertificate,
  describeCertificate,
  identityOf,
  issuedBy,
  splitPem,
} from './certificates.ts';
import { testAuthority, testIdentity } from './testing/certificates.ts';

const now = new Date('2026-11-22T10:00:00Z');
const rsa = await createRsaKeyPair();
const authority = await testAuthority({ privateKeyPem: rsa.privateKeyPem, now });
const der = (pem: string) => new X509Certificate(pem).raw;

describe('keys', () => {
  it('are RSA 2048 and P-256, as PKCS#8', () => {
    const details = (pem: string) => createPrivateKey(pem).asymmetricKeyDetails;
    expect(details(rsa.privateKeyPem)).toMatchObject({ modulusLength: 2048 });
    expect(details(createEcKeyPair().privateKeyPem)).toMatchObject({ namedCurve: 'prime256v1' });
    expect(rsa.privateKeyPem).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });
});

describe('the cluster certificate', () => {
  it('BEH-167 is self-signed, named after the cluster, valid for 1825 days', () => {
    const facts = describeCertificate(authority.certificatePem);
    expect(facts).toMatchObject({ subject: 'CN=cluster.example.com', issuer: 'CN=cluster.example.com' });
    expect(facts.notAfter).toEqual(new Date('2031-11-21T10:00:00Z'));
    expect(issuedBy(authority.certificatePem, authority.certificatePem)).toBe(true);
    expect(new X509Certificate(authority.certificatePem).ca).toBe(true);
  });

  it('BEH-183 begins five minutes in the past', () => {
    expect(describeCertificate(authority.certificatePem).notBefore).toEqual(new Date('2026-11-22T09:55:00Z'));
  });

  it.each([
    ['2049-12-31T23:59:59Z', 0, '2049-12-31T23:59:59Z'],
    ['2049-12-31T23:59:59Z', 1, '2050-01-01T23:59:59Z'],
    ['2060-02-03T04:05:06Z', 1825, '2065-02-01T04:05:06Z'],
  ])('made at %s for %i days ends at %s', async (start, days, end) => {
    const wanted = { privateKeyPem: rsa.privateKeyPem, commonName: 'c', now: new Date(start), days };
    const facts = describeCertificate(await createClusterCertificate(wanted));
    expect(facts.notAfter).toEqual(new Date(end));
    expect(facts.notBefore).toEqual(new Date(Date.parse(start) - 300_000));
  });

  it('refuses to be made with something that is no key, and does not repeat it', async () => {
    const wanted = { privateKeyPem: 'nonsense', commonName: 'c', now, days: 1 };
    await expect(createClusterCertificate(wanted)).rejects.toMatchObject({
      reason: 'STATE_CORRUPT',
      message: 'The private key cannot be read',
    });
  });
});

describe('a node certificate', () => {
  it.each([
    ['P-256', createEcKeyPair()],
    ['RSA 2048', rsa],
  ])(
    'BEH-178 BEH-168 with a %s key has the node as subject, the cluster as issuer, and verifies',
    async (_, key) => {
      const { certificatePem } = await testIdentity(authority, { privateKeyPem: key.privateKeyPem, now });
      const facts = describeCertificate(certificatePem);
      expect(facts).toMatchObject({ subject: 'CN=node1.example.com', issuer: 'CN=cluster.example.com' });
      expect(issuedBy(certificatePem, authority.certificatePem)).toBe(true);
      expect(new X509Certificate(certificatePem).ca).toBe(false);
    },
  );

  it('BEH-182 names the node, its addresses and its identity', async () => {
    const wishes = {
      addresses: ['192.0.2.10', '2001:db8::1:a', '::1', '::ffff:192.0.2.7', 'fe80:1:2:3:4:5:6:7'],
    };
    const { certificatePem, clusterUuid, nodeUuid } = await testIdentity(authority, wishes);
    const certificate = new X509Certificate(certificatePem);
    for (const address of wishes.addresses) expect(certificate.checkIP(address)).toBe(address);
    expect(certificate.checkHost('node1.example.com')).toBe('node1.example.com');
    expect(certificate.checkHost('node2.example.com')).toBeUndefined();
    expect(certificate.checkIP('192.0.2.11')).toBeUndefined();
    expect(describeCertificate(certificatePem).nodeIdentity).toEqual({ clusterUuid, nodeUuid });
  });

  it.each(['node1', '192.0.2', 'fe80::1%eth0'])('refuses %s as an address', async (address) => {
    await expect(testIdentity(authority, { addresses: [address] })).rejects.toMatchObject({
      reason: 'WRONG_INPUT',
    });
  });

  it('BEH-181 has a positive 128-bit serial number that differs each time', async () => {
    const made = await Promise.all(Array.from({ length: 50 }, () => testIdentity(authority)));
    const serials = made.map(({ certificatePem }) =>
      BigInt(`0x${new X509Certificate(certificatePem).serialNumber}`),
    );
    expect(new Set(serials).size).toBe(50);
    for (const serial of serials) expect(serial > 0n && serial < 2n ** 128n).toBe(true);
    // A random top bit: about half of them need the extra zero byte that keeps a DER integer positive.
    expect(serials.some((serial) => serial >= 2n ** 127n)).toBe(true);
  });

  it('is not signed with a key that is not the issuer certificate’s', async () => {
    const mixed = { ...authority, privateKeyPem: createEcKeyPair().privateKeyPem };
    await expect(testIdentity(mixed)).rejects.toMatchObject({
      reason: 'STATE_CORRUPT',
      message: expect.stringContaining('do not belong together'),
    });
  });

  it('is not taken for one of another cluster certificate of the same name', async () => {
    const other = await testAuthority({ now });
    const { certificatePem } = await testIdentity(authority);
    expect(issuedBy(certificatePem, other.certificatePem)).toBe(false);
  });
});

describe('reading a certificate', () => {
  it('BEH-143 gives both digests, the SHA-1 one in Ganeti form', () => {
    const { sha256, sha1Colon } = describeCertificate(authority.certificatePem);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(sha1Colon).toMatch(/^([0-9A-F]{2}:){19}[0-9A-F]{2}$/);
  });

  it('finds no node where none is named', async () => {
    const service = await createSelfSignedCertificate({
      ...rsa,
      commonName: 'cluster.example.com',
      now,
      days: 1,
    });
    expect(identityOf(der(service))).toBeUndefined();
    expect(identityOf(Buffer.from('no certificate'))).toBeUndefined();
    expect(identityOf(new Uint8Array())).toBeUndefined();
  });

  it.each([
    ['a node that is no uuid', { nodeUuid: 'node1' }],
    ['a name that only contains the form', { nodeUuid: `${'0'.repeat(36)}/node/${'1'.repeat(36)}` }],
  ])('takes %s for no identity', async (_, wishes) => {
    const { certificatePem } = await testIdentity(authority, wishes);
    expect(identityOf(der(certificatePem))).toBeUndefined();
  });

  it('is not misled by a DNS name that looks like a list with an identity in it', async () => {
    const uuid = '0'.repeat(36);
    const name = `a, URI:spiffe://${uuid}/node/${uuid}, DNS:b`;
    const { certificatePem, nodeUuid } = await testIdentity(authority, { name });
    expect(identityOf(der(certificatePem))).toMatchObject({ nodeUuid });
  });

  it('says STATE_CORRUPT for text that is no certificate', () => {
    expect(() => describeCertificate('hello')).toThrow(expect.objectContaining({ reason: 'STATE_CORRUPT' }));
  });
});

describe('splitPem', () => {
  const { privateKeyPem } = rsa;
  const { certificatePem } = authority;

  it('BEH-167 finds the key first and the certificate after it', () => {
    expect(splitPem(privateKeyPem + certificatePem)).toEqual({ privateKeyPem, certificatePem });
  });

  it('finds what there is, with text around it and any line ends', () => {
    expect(splitPem(`note\r\n${certificatePem.replaceAll('\n', '\r\n')}`)).toEqual({
      certificatePem: `${certificatePem.trimEnd().replaceAll('\n', '\r\n')}\n`,
    });
    expect(splitPem('')).toEqual({});
  });
});
