/**
 * What the openssl program makes of our certificates: it is the judge administrators will ask. What a certificate means
 * to our own code is in certificates.test.ts.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCertificateRequest, parseCertificateRequest } from './certificate-request.ts';
import { createEcKeyPair, createRsaKeyPair, createSelfSignedCertificate } from './certificates.ts';
import { testAuthority, testIdentity } from './testing/certificates.ts';

const run = promisify(execFile);

function opensslIsMissing(): boolean {
  try {
    execFileSync('openssl', ['version']);
    return false;
  } catch {
    return true;
  }
}

describe.skipIf(opensslIsMissing())('openssl (skipped where the program is not installed)', () => {
  let directory = '';
  const path = (name: string) => join(directory, name);
  const openssl = async (...args: string[]) => (await run('openssl', args, { cwd: directory })).stdout;
  const save = (name: string, text: string) => writeFile(path(name), text, { mode: 0o600 });

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'quorate-certificates-'));
    const { privateKeyPem } = await createRsaKeyPair();
    const authority = await testAuthority({ privateKeyPem });
    const ids = {
      clusterUuid: '11111111-2222-4333-8444-555555555555',
      nodeUuid: '66666666-7777-4888-8999-aaaaaaaaaaaa',
    };
    const ours = { ...authority, clusterUuid: ids.clusterUuid };
    const wishes = { addresses: ['192.0.2.10', '2001:db8::a'], nodeUuid: ids.nodeUuid };
    const node = await testIdentity(ours, wishes);
    const client = await testIdentity(ours, { ...wishes, privateKeyPem });
    const service = { privateKeyPem, commonName: 'cluster.example.com', now: new Date(), days: 1825 };
    await save('server.pem', privateKeyPem + authority.certificatePem);
    await save('node.pem', node.privateKeyPem + node.certificatePem);
    await save('client.pem', privateKeyPem + client.certificatePem);
    await save('rapi.pem', privateKeyPem + (await createSelfSignedCertificate(service)));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const show = async (file: string) =>
    (await openssl('x509', '-in', file, '-noout', '-text')).replaceAll(/ +/g, ' ');
  const common = [
    'Version: 3 (0x2)',
    'Signature Algorithm: sha256WithRSAEncryption',
    'X509v3 Subject Key Identifier',
  ];

  it.each([
    [
      'server.pem',
      'Public-Key: (2048 bit)',
      'Issuer: CN = cluster.example.com',
      'Subject: CN = cluster.example.com',
      'X509v3 Basic Constraints: critical\n CA:TRUE',
      'X509v3 Key Usage: critical\n Digital Signature, Key Encipherment, Certificate Sign',
      'X509v3 Subject Alternative Name: \n DNS:cluster.example.com',
    ],
    [
      'node.pem',
      'NIST CURVE: P-256',
      'Issuer: CN = cluster.example.com',
      'Subject: CN = node1.example.com',
      'X509v3 Basic Constraints: critical\n CA:FALSE',
      'X509v3 Key Usage: critical\n Digital Signature\n',
      'X509v3 Extended Key Usage: \n TLS Web Server Authentication, TLS Web Client Authentication',
      'X509v3 Subject Alternative Name: \n DNS:node1.example.com, IP Address:192.0.2.10, IP Address:2001:DB8:0:0:0:0:0:A, ' +
        'URI:spiffe://11111111-2222-4333-8444-555555555555/node/66666666-7777-4888-8999-aaaaaaaaaaaa',
      'X509v3 Authority Key Identifier',
    ],
    [
      'client.pem',
      'Public-Key: (2048 bit)',
      'X509v3 Basic Constraints: critical\n CA:FALSE',
      'X509v3 Key Usage: critical\n Digital Signature, Key Encipherment\n',
      'X509v3 Extended Key Usage: \n TLS Web Server Authentication, TLS Web Client Authentication',
    ],
    [
      'rapi.pem',
      'Public-Key: (2048 bit)',
      'X509v3 Basic Constraints: critical\n CA:FALSE',
      'X509v3 Extended Key Usage: \n TLS Web Server Authentication',
      'X509v3 Subject Alternative Name: \n DNS:cluster.example.com',
    ],
  ])('BEH-167 BEH-182 shows what %s promises', async (file, ...promises) => {
    const text = await show(file);
    for (const promise of [...common, ...promises]) expect(text).toContain(promise);
  });

  it.each([
    ['server.pem', 'server.pem', 'sslserver'],
    ['server.pem', 'node.pem', 'sslserver'],
    ['server.pem', 'node.pem', 'sslclient'],
    ['server.pem', 'client.pem', 'sslclient'],
    ['rapi.pem', 'rapi.pem', 'sslserver'],
  ])('BEH-168 with %s as anchor accepts %s as %s, in strict mode', async (anchor, file, purpose) => {
    const answer = await openssl('verify', '-x509_strict', '-purpose', purpose, '-CAfile', anchor, file);
    expect(answer).toBe(`${file}: OK\n`);
  });

  it('BEH-182 refuses another name or address', async () => {
    const verify = (...wanted: string[]) => openssl('verify', '-CAfile', 'server.pem', ...wanted, 'node.pem');
    await expect(verify('-verify_hostname', 'node1.example.com')).resolves.toContain('OK');
    await expect(verify('-verify_ip', '2001:db8::a')).resolves.toContain('OK');
    await expect(verify('-verify_hostname', 'node2.example.com')).rejects.toThrow(/ostname mismatch/);
    await expect(verify('-verify_ip', '192.0.2.11')).rejects.toThrow(/IP address mismatch/);
  });

  it('does not let a node certificate sign another one', async () => {
    await openssl(
      'req',
      '-new',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      'x.key',
      '-subj',
      '/CN=x',
      '-out',
      'x.csr',
    );
    await openssl('x509', '-req', '-in', 'x.csr', '-CA', 'node.pem', '-CAkey', 'node.pem', '-out', 'x.pem');
    const verify = openssl('verify', '-CAfile', 'server.pem', '-untrusted', 'node.pem', 'x.pem');
    await expect(verify).rejects.toThrow(/invalid CA certificate/);
  });

  it.each([
    ['rsa:2048', []],
    ['ec', ['-pkeyopt', 'ec_paramgen_curve:P-256']],
  ])('writes %s requests that we read', async (kind, more) => {
    const csr = await openssl(
      'req',
      '-new',
      '-newkey',
      kind,
      ...more,
      '-nodes',
      '-keyout',
      'y.key',
      '-subj',
      '/O=Lab/CN=node9',
    );
    expect(parseCertificateRequest(csr).commonName).toBe('node9');
  });

  it.each([
    ['P-256', createEcKeyPair],
    ['RSA', createRsaKeyPair],
  ])('reads and verifies our %s requests', async (_, createKeyPair) => {
    const { privateKeyPem } = await createKeyPair();
    await save('z.csr', await createCertificateRequest({ privateKeyPem, commonName: 'node1.example.com' }));
    const { stdout, stderr } = await run('openssl', [
      'req',
      '-in',
      path('z.csr'),
      '-verify',
      '-noout',
      '-subject',
    ]);
    expect(`${stdout}${stderr}`).toMatch(
      /verify OK[^]*CN = node1\.example\.com|CN = node1\.example\.com[^]*verify OK/,
    );
  });
});
