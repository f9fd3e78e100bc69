/** Chains and keys that openssl made are judged in supplied-secrets.machine.test.ts. */
import {
  createClusterCertificate,
  createEcKeyPair,
  createSelfSignedCertificate,
} from '@quorate/platform/certificates';
import { testAuthority, testIdentity } from '@quorate/platform/testing/certificates';
import { describe, expect, it } from 'vitest';
import { requireUsable, suppliedMaxBytes, type SuppliedSecrets } from './supplied-secrets.ts';

const now = new Date('2026-11-22T10:38:51Z');
const yesterday = { now: new Date('2026-11-20T00:00:00Z'), days: 1 };
const tomorrow = { now: new Date('2026-11-23T00:00:00Z'), days: 1 };

const authority = await testAuthority({ now });
const ca = authority.certificatePem;
const strangeCa = (await testAuthority({ now })).certificatePem;
const { privateKeyPem: key, certificatePem: cert } = await testIdentity(authority, { now });
const otherKey = createEcKeyPair().privateKeyPem;
const service = { privateKeyPem: key, commonName: 'console' };
const alone = await createSelfSignedCertificate({ ...service, now, days: 1 });
const expired = await createSelfSignedCertificate({ ...service, ...yesterday });
const early = await createSelfSignedCertificate({ ...service, ...tomorrow });
const expiredCa = await createClusterCertificate({
  privateKeyPem: authority.privateKeyPem,
  commonName: 'cluster.example.com',
  ...yesterday,
});

const garbled = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const garbledKey = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';

const rapi = (text: string): SuppliedSecrets => ({ rapi: { file: 'rapi', text } });
const spice = (pair: string, ca: string): SuppliedSecrets => ({
  spice: { pair: { file: 'pair', text: pair }, ca: { file: 'ca', text: ca } },
});
const secret = (text: string): SuppliedSecrets => ({ clusterDomainSecret: { file: 'secret', text } });
const judge = (supplied: SuppliedSecrets) => () => requireUsable(supplied, now);

describe('supplied secrets that can be used', () => {
  it.each([
    ['nothing', {}],
    ['BEH-173 key, then certificate', rapi(key + cert)],
    ['BEH-173 certificate, then key, with remarks', rapi(`# ours\n${cert}\n${key}`)],
    ['BEH-174 a pair signed by its authority', spice(key + cert, ca)],
    ['BEH-174 one of several authorities', spice(key + cert, strangeCa + ca)],
    ['BEH-174 a certificate that stands for itself', spice(key + alone, alone)],
    ['BEH-177 a line', secret('open sesame\n')],
    ['BEH-177 a line without its end', secret('open sesame')],
    ['BEH-177 as much as is allowed', secret('x'.repeat(suppliedMaxBytes))],
  ])('%s', (_, supplied) => expect(judge(supplied)).not.toThrow());
});

describe('supplied secrets that cannot', () => {
  const unsigned = 'pair cannot be used: its certificate was not signed by the authority given';
  it.each([
    ['BEH-173 no PEM', rapi('hello'), 'rapi cannot be used: it holds no certificate'],
    ['BEH-173 an empty file', rapi(''), 'rapi cannot be used: it holds no certificate'],
    ['BEH-173 no key', rapi(cert), 'rapi cannot be used: it holds no private key'],
    [
      'BEH-173 a damaged certificate',
      rapi(key + garbled),
      'rapi cannot be used: its certificate cannot be read',
    ],
    [
      'BEH-173 a damaged key',
      rapi(garbledKey + cert),
      'rapi cannot be used: its private key cannot be read; it must have no pass phrase',
    ],
    [
      'BEH-173 the key of another',
      rapi(otherKey + cert),
      'rapi cannot be used: its private key is not that of its first certificate',
    ],
    [
      'BEH-173 an expired certificate',
      rapi(key + expired),
      'rapi cannot be used: its certificate (CN=console) was valid until 2026-11-21T00:00:00.000Z',
    ],
    [
      'BEH-173 a certificate of the future',
      rapi(key + early),
      'rapi cannot be used: its certificate (CN=console) is not valid before 2026-11-22T23:55:00.000Z',
    ],
    [
      'BEH-173 a file that is much too large',
      rapi(key + cert + ' '.repeat(suppliedMaxBytes)),
      `rapi cannot be used: it has ${suppliedMaxBytes + key.length + cert.length} bytes, more than the 65536 allowed`,
    ],
    ['BEH-174 another authority', spice(key + cert, strangeCa), unsigned],
    ['BEH-174 a self-signed one that the authority is not', spice(key + alone, ca), unsigned],
    [
      'BEH-174 no authority',
      spice(key + cert, 'hello'),
      `${unsigned}\nca cannot be used: it holds no certificate`,
    ],
    [
      'BEH-174 an authority with its key',
      spice(key + cert, authority.privateKeyPem + ca),
      'ca cannot be used: it holds a private key, and every client gets this file',
    ],
    [
      'BEH-174 an expired authority',
      spice(key + cert, expiredCa),
      'ca cannot be used: its certificate (CN=cluster.example.com) was valid until 2026-11-21T00:00:00.000Z',
    ],
    [
      'BEH-177 an empty secret',
      secret(''),
      'secret cannot be used: a secret is one line with something in it',
    ],
    [
      'BEH-177 white space',
      secret(' \n'),
      'secret cannot be used: a secret is one line with something in it',
    ],
    [
      'BEH-177 two lines',
      secret('a\nb\n'),
      'secret cannot be used: a secret is one line with something in it',
    ],
    [
      'all at once',
      { ...rapi('hello'), ...spice(key, ca), ...secret('') },
      [
        'rapi cannot be used: it holds no certificate',
        'pair cannot be used: it holds no certificate',
        'secret cannot be used: a secret is one line with something in it',
      ].join('\n'),
    ],
  ])('%s', (_, supplied, message) => {
    expect(judge(supplied)).toThrow(
      expect.objectContaining({ reason: 'WRONG_INPUT', message, hint: 'Nothing was changed' }),
    );
  });

  it('BEH-173 no word of what they hold is shown', () => {
    let seen: unknown;
    try {
      requireUsable({ ...rapi(garbledKey + cert), ...secret('a\nopen sesame\n') }, now);
    } catch (caught) {
      seen = caught;
    }
    expect(seen).toBeInstanceOf(Error);
    const { message, cause } = seen as Error;
    expect(`${message}${String(cause)}`).not.toMatch(/AAAA|sesame/);
  });
});
