import { describeCertificate, issuedBy, splitPem } from '@quorate/platform/certificates';
import { memoryFiles } from '@quorate/platform/testing/files';
import { X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { certificateDays, createClusterSecrets, type ClusterSecretsRequest } from './cluster-secrets.ts';
import { layoutUnder, type LayoutName } from './layout.ts';
import { readCertificateDigests, readNodeIdentity, secretNames, type SecretName } from './secrets.ts';
import { ensureDirectories } from './state.ts';
import { clusterUuid, nodeUuids } from './testing/sample-record.ts';

const layout = layoutUnder('/');
const now = new Date('2026-11-22T10:38:51Z');
const master = { uuid: nodeUuids[0], name: 'node1.test', addresses: ['192.0.2.1', '2001:db8::1'] };
const request: ClusterSecretsRequest = { clusterName: 'cluster.test', clusterUuid, node: master, now };

/** The set of one init; every test starts from a copy of it, since RSA keys take their time. */
let initial: Readonly<Record<string, string>>;
beforeAll(async () => {
  const state = { files: memoryFiles(), layout };
  await ensureDirectories(state);
  await createClusterSecrets(state, { ...request, renew: { cluster: true } });
  initial = state.files.contents();
});

async function node(without: readonly LayoutName[] = []) {
  const files = memoryFiles();
  const state = { files, layout };
  await ensureDirectories(state);
  const gone = without.map((name) => layout[name].path);
  for (const name of secretNames) {
    const { path, mode } = layout[name];
    if (!gone.includes(path)) await files.writeAtomic(path, initial[path] ?? '', { mode });
  }
  const text = (name: SecretName) => files.readText(layout[name].path);
  const create = (more: Partial<ClusterSecretsRequest> = {}) =>
    createClusterSecrets(state, { ...request, ...more });
  /** Names of the secrets that are not as they were. */
  const changed = async () => {
    const texts = await Promise.all(secretNames.map(async (name) => ({ name, text: await text(name) })));
    return texts.filter((each) => each.text !== initial[layout[each.name].path]).map(({ name }) => name);
  };
  const backups = () => files.list(layout.backupDirectory.path);
  return { state, files, text, create, changed, backups };
}

const certificateIn = (pem: string | undefined) => splitPem(pem ?? '').certificatePem ?? '';
const x509 = (name: SecretName) => new X509Certificate(certificateIn(initial[layout[name].path]));

describe('the secrets of a new cluster', () => {
  it('BEH-139 are all there, each with its final mode', async () => {
    const { files } = await node();
    for (const name of secretNames)
      expect((await files.stat(layout[name].path))?.mode).toBe(layout[name].mode);
  });

  it('no private key, and no backup of one, is written with a mode that lets others read it', async () => {
    const { state, files } = await node();
    const modes: number[] = [];
    const writeAtomic: typeof files.writeAtomic = async (path, text, options) => {
      if (text.includes('PRIVATE KEY') || /^[0-9a-f]{40}$/m.test(text)) modes.push(options.mode);
      await files.writeAtomic(path, text, options);
    };
    const renew = { cluster: true, rapi: true, spice: true, hmac: true, clusterDomainSecret: true };
    await createClusterSecrets({ ...state, files: { ...files, writeAtomic } }, { ...request, renew });
    expect(modes).toHaveLength(2 * 7);
    for (const mode of modes) expect(mode & 0o007).toBe(0);
  });

  it('BEH-167 BEH-181 BEH-183 server.pem: self-signed RSA 2048, SHA-256, random serial, back-dated, key first', () => {
    const certificate = x509('serverPem');
    expect(initial[layout.serverPem.path]).toMatch(
      /^-----BEGIN PRIVATE KEY-----[^]*-----BEGIN CERTIFICATE-----/,
    );
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.subject).toBe('CN=cluster.test');
    expect(certificate.serialNumber.length).toBeGreaterThan(24);
    expect(new Date(certificate.validTo).getTime() - now.getTime()).toBe(certificateDays * 86_400_000);
    expect(new Date(certificate.validFrom).getTime()).toBeLessThan(now.getTime());
  });

  it('BEH-178 client.pem: RSA, the master’s name, issued by server.pem’s subject', () => {
    const client = x509('clientPem');
    expect(client.subject).toBe('CN=node1.test');
    expect(client.issuer).toBe(x509('serverPem').subject);
    expect(client.publicKey.asymmetricKeyType).toBe('rsa');
  });

  it('BEH-182 node.pem: P-256, the node’s name, addresses and identity', () => {
    const certificate = x509('nodePem');
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(certificate.subjectAltName).toContain('DNS:node1.test');
    expect(certificate.subjectAltName).toContain('IP Address:192.0.2.1');
    expect(certificate.subjectAltName).toContain('IP Address:2001:DB8:0:0:0:0:0:1');
    expect(certificate.subjectAltName).toContain(`URI:spiffe://${clusterUuid}/node/${nodeUuids[0]}`);
  });

  it('BEH-175 spice-ca.pem holds only the certificate of spice.pem', () => {
    expect(initial[layout.spiceCaPem.path]).toBe(certificateIn(initial[layout.spicePem.path]));
  });

  it('BEH-177 hmac.key and cluster-domain-secret are 40 hex characters and a newline, and differ', () => {
    const keys = [initial[layout.hmacKey.path], initial[layout.clusterDomainSecret.path]];
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{40}\n$/);
    expect(keys[0]).not.toBe(keys[1]);
  });

  it('BEH-143 the digests for the configuration are those of the files', async () => {
    const { state } = await node();
    expect(await readCertificateDigests(state)).toEqual({
      certificateSha256: x509('nodePem').fingerprint256.replaceAll(':', '').toLowerCase(),
      clientCertificateSha1: x509('clientPem').fingerprint,
    });
  });
});

describe('GenerateClusterCrypto renews what is missing or asked for', () => {
  it.each([
    ['BEH-170 nothing asked, all there', [], {}, []],
    ['BEH-171 rapi.pem missing', ['rapiPem'], {}, ['rapiPem']],
    ['BEH-172 client.pem missing', ['clientPem'], {}, ['clientPem']],
    ['BEH-176 spice-ca.pem missing', ['spiceCaPem'], {}, ['spiceCaPem']],
    ['spice.pem missing', ['spicePem'], {}, ['spicePem', 'spiceCaPem']],
    ['node.pem missing', ['nodePem'], {}, ['nodePem']],
    ['hmac.key missing', ['hmacKey'], {}, ['hmacKey']],
    ['BEH-177 cluster-domain-secret missing', ['clusterDomainSecret'], {}, ['clusterDomainSecret']],
    ['server.pem missing', ['serverPem'], {}, ['serverPem', 'clientPem', 'nodePem']],
    ['BEH-168 a new cluster certificate', [], { cluster: true }, ['serverPem', 'clientPem', 'nodePem']],
    ['BEH-169 a new client certificate', [], { client: true }, ['clientPem']],
    ['BEH-175 a new SPICE certificate', [], { spice: true }, ['spicePem', 'spiceCaPem']],
    ['a new RAPI certificate', [], { rapi: true }, ['rapiPem']],
    ['a new HMAC key', [], { hmac: true }, ['hmacKey']],
    ['BEH-177 a new domain secret', [], { clusterDomainSecret: true }, ['clusterDomainSecret']],
  ] as const)('%s', async (_, missing, renew, expected) => {
    const { state, text, create, changed } = await node(missing);
    await create({ renew });
    expect(await changed()).toEqual(expected);
    const server = certificateIn(await text('serverPem'));
    expect(issuedBy(certificateIn(await text('nodePem')), server)).toBe(true);
    expect((await readNodeIdentity(state)).nodeUuid).toBe(nodeUuids[0]);
    const client = certificateIn(await text('clientPem'));
    expect(client === '' || issuedBy(client, server)).toBe(true);
  });

  it('BEH-172 a missing client.pem alone is not made', async () => {
    const { text, create } = await node(['clientPem']);
    await create();
    expect(await text('clientPem')).toBeUndefined();
  });

  it('BEH-165 what is replaced is backed up, readable by its owner only', async () => {
    const { files, create, backups } = await node();
    await create({ renew: { hmac: true, spice: true } });
    const names = await backups();
    expect(names.map((name) => name.replace(/\.[0-9a-f]{8}$/, ''))).toEqual([
      'hmac.key.backup-2026-11-22_10_38_51',
      'spice-ca.pem.backup-2026-11-22_10_38_51',
      'spice.pem.backup-2026-11-22_10_38_51',
    ]);
    const first = `${layout.backupDirectory.path}/${names[0]}`;
    expect(await files.readText(first)).toBe(initial[layout.hmacKey.path]);
    expect((await files.stat(first))?.mode).toBe(0o600);
    expect((await files.stat(layout.backupDirectory.path))?.mode).toBe(0o700);
  });

  it('BEH-179 given another place only that one is written', async () => {
    const { state, files, changed } = await node(['rapiPem']);
    const elsewhere = { ...layout, rapiPem: { path: '/srv/rapi.pem', mode: 0o440 } };
    await files.ensureDirectory('/srv', 0o755);
    await createClusterSecrets({ ...state, layout: elsewhere }, request);
    expect(await changed()).toEqual(['rapiPem']);
    expect(certificateIn(await files.readText('/srv/rapi.pem'))).toContain('BEGIN CERTIFICATE');
  });

  it('a certificate of another node or cluster is not taken for one’s own', async () => {
    const { text, create } = await node();
    await create({ node: { ...master, uuid: nodeUuids[1] } });
    expect(describeCertificate(certificateIn(await text('nodePem'))).nodeIdentity?.nodeUuid).toBe(
      nodeUuids[1],
    );
  });
});

describe('supplied by the administrator', () => {
  const own = (name: SecretName) => ({ file: '/root/own.pem', text: initial[layout[name].path] ?? '' });
  const rapi = () => ({ ...own('spicePem'), text: `# of our own\n${own('spicePem').text}` });

  it('BEH-173 a RAPI certificate is written as it is, whatever the flag says, with a backup', async () => {
    const { text, create, backups } = await node();
    await create({ supplied: { rapi: rapi() }, renew: { rapi: true } });
    expect(await text('rapiPem')).toBe(rapi().text);
    expect(await backups()).toEqual([expect.stringMatching(/^rapi\.pem\.backup-/)]);
  });

  it('BEH-174 a SPICE pair is written as it is, both files', async () => {
    const { text, create, changed } = await node();
    const ca = { file: '/root/ca.pem', text: certificateIn(own('serverPem').text) };
    await create({ supplied: { spice: { pair: own('clientPem'), ca } } });
    expect(await text('spicePem')).toBe(own('clientPem').text);
    expect(await text('spiceCaPem')).toBe(ca.text);
    expect(await changed()).toEqual(['spicePem', 'spiceCaPem']);
  });

  it('BEH-177 a domain secret is written as it is', async () => {
    const { text, create } = await node();
    const clusterDomainSecret = { file: '/root/secret', text: 'open sesame' };
    await create({ supplied: { clusterDomainSecret }, renew: { clusterDomainSecret: true } });
    expect(await text('clusterDomainSecret')).toBe('open sesame');
  });

  it('BEH-173 BEH-174 BEH-177 what cannot be used is refused before anything is written', async () => {
    const { create, changed, backups } = await node();
    const broken = { ...rapi(), text: 'hello' };
    const supplied = { rapi: broken, clusterDomainSecret: { file: '/root/secret', text: 'open sesame' } };
    await expect(create({ supplied, renew: { hmac: true } })).rejects.toMatchObject({
      reason: 'WRONG_INPUT',
      message: '/root/own.pem cannot be used: it holds no certificate',
    });
    expect(await changed()).toEqual([]);
    expect(await backups()).toEqual([]);
  });
});
