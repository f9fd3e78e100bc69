import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCertificateRequest, parseCertificateRequest } from './certificate-request.ts';
import { createEcKeyPair, createRsaKeyPair } from './certificates.ts';
import { pemBytes, pemText } from './pem.ts';

const commonName = 'node1.example.com';
const requestFor = (privateKeyPem: string) => createCertificateRequest({ privateKeyPem, commonName });
const keyText = (key: { export(form: { type: 'pkcs8'; format: 'pem' }): string | Buffer }) =>
  key.export({ type: 'pkcs8', format: 'pem' }).toString();

/** The request with one byte changed, counted from its end if negative. */
function tampered(pem: string, at: number): string {
  const der = pemBytes(pem);
  const index = at < 0 ? der.length + at : at;
  der[index] = (der[index] ?? 0) ^ 0x01;
  return pemText('CERTIFICATE REQUEST', der);
}

describe('a certificate request', () => {
  it.each([
    ['P-256', createEcKeyPair],
    ['RSA 2048', createRsaKeyPair],
  ])('carries name and key for %s', async (_, createKeyPair) => {
    const { privateKeyPem, publicKeyPem } = await createKeyPair();
    expect(parseCertificateRequest(await requestFor(privateKeyPem))).toEqual({ commonName, publicKeyPem });
  });

  it('is refused when a byte of what is signed, or of the signature, was changed', async () => {
    const pem = await requestFor(createEcKeyPair().privateKeyPem);
    const inName = pemBytes(pem).indexOf(commonName);
    for (const at of [inName, -1]) {
      expect(() => parseCertificateRequest(tampered(pem, at))).toThrow(/signature does not fit its key/);
    }
  });

  it('is refused when its key is weak or of a kind not used here', async () => {
    const weak = keyText(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey);
    const odd = keyText(generateKeyPairSync('ec', { namedCurve: 'secp224r1' }).privateKey);
    const [weakRequest, oddRequest] = [await requestFor(weak), await requestFor(odd)];
    expect(() => parseCertificateRequest(weakRequest)).toThrow(/1024 bits, 2048 are needed/);
    expect(() => parseCertificateRequest(oddRequest)).toThrow(/curve secp224r1/);
  });

  it.each([
    ['nothing', ''],
    ['no PEM', 'hello'],
    ['another kind of PEM', pemText('CERTIFICATE', Buffer.from('abc'))],
    ['no DER', pemText('CERTIFICATE REQUEST', Buffer.from('abc'))],
    ['an empty structure', pemText('CERTIFICATE REQUEST', Buffer.of(0x30, 0))],
    ['a structure nested too deep', pemText('CERTIFICATE REQUEST', Buffer.alloc(4000, 0x30))],
  ])('is refused in one sentence when it is %s', (_, pem) => {
    expect(() => parseCertificateRequest(pem)).toThrow(
      expect.objectContaining({
        reason: 'WRONG_INPUT',
        message: expect.stringMatching(/^The certificate request/),
      }),
    );
  });
});
