/** What a host tells `verify` of itself, and what it mends. */
import { readRoster, rosterDigestOf, writeRoster } from '@quorate/cluster-state/roster-store';
import { rootSshPlaces } from '@quorate/cluster-state/root-ssh-key';
import { ssconfPath, type LayoutName } from '@quorate/cluster-state/layout';
import { viewsOf } from '@quorate/cluster-state/views';
import { timings } from '@quorate/domain/timings';
import { sha256Hex } from '@quorate/platform/digest';
import { describeCertificate } from '@quorate/platform/certificates';
import { testAuthority, testIdentity } from '@quorate/platform/testing/certificates';
import { virtualClock } from '@quorate/platform/testing/clock';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HostLook } from './host-look.ts';
import { inspection } from './inspection.ts';
import { mending } from './mending.ts';
import { soundHost } from './testing/host-look.ts';
import { memoryNode, node1, node2, notedLog, present } from './testing/memory-node.ts';

const now = new Date('2026-06-01T00:00:00Z');
const seconds = now.getTime() / 1000;
const daySeconds = 86_400;
const nothingMore = { volumeGroups: false, ssh: false };

let authority: Awaited<ReturnType<typeof testAuthority>>;
let identity: Awaited<ReturnType<typeof testIdentity>>;
beforeAll(async () => {
  authority = await testAuthority({ now });
  identity = await testIdentity(authority, { now, days: 30 });
});

async function host(changes: Partial<HostLook> = {}) {
  const { state, files } = await memoryNode();
  const { layout } = state;
  const put = (name: LayoutName, text: string, mode = layout[name].mode) =>
    files.writeAtomic(layout[name].path, text, { mode });
  await put('serverPem', `${authority.privateKeyPem}${authority.certificatePem}`);
  await put('nodePem', `${identity.privateKeyPem}${identity.certificatePem}`);
  await put('hmacKey', 'secret\n');
  const clock = virtualClock(now);
  const look = soundHost(changes);
  const parts = { state, own: node1, clock, host: look, presented: () => identity.certificatePem };
  const mend = mending(state, { clock, host: look, log: notedLog() });
  return { state, files, put, inspect: inspection(parts), mend };
}

describe('a host looks at itself', () => {
  it('BEH-289 and tells of a sound one that everything is as it should be', async () => {
    const { state, files, inspect } = await host();
    const knownHosts = (await files.readText(state.layout.knownHosts.path)) ?? '';
    const told = await inspect(nothingMore);
    expect(told).toMatchObject({
      receivedAtMs: now.getTime(),
      answeredAtMs: now.getTime(),
      hostName: 'node1.test',
      ssconfVersion: present.version,
      ssconfComplete: true,
      rosterDigest: rosterDigestOf(viewsOf(present).roster),
      differingViews: [],
      holdsClusterKey: true,
      presentedCertificateSha256: describeCertificate(identity.certificatePem).sha256,
      temporaries: [],
      strangers: [],
      lackingAddresses: [],
      masterDeviceExists: true,
      missingFileSystems: [],
    });
    expect(told.certificates).toEqual([
      expect.objectContaining({
        file: 'server.pem',
        notAfter: expect.closeTo(seconds + 1825 * daySeconds, -3),
        selfSigned: true,
        signedByCluster: true,
      }),
      expect.objectContaining({
        file: 'node.pem',
        notAfter: expect.closeTo(seconds + 30 * daySeconds, -3),
        selfSigned: false,
        signedByCluster: true,
      }),
    ]);
    expect(told.sharedFileDigests).toEqual({
      'hmac.key': sha256Hex('secret\n'),
      known_hosts: sha256Hex(knownHosts),
      'server.pem': expect.any(String),
    });
    for (const { mode, wantedMode, owner, wantedOwner } of told.files ?? [])
      expect([mode, owner]).toEqual([wantedMode, wantedOwner]);
    expect(told.files?.map(({ path }) => path)).toContain('/var/lib/quorate/node.pem');
  });

  it('BEH-277 and finds a set of ssconf files that is not of one version, and which view differs', async () => {
    const { state, files, inspect } = await host();
    const { path } = ssconfPath(state.layout, 'master_node');
    await files.writeAtomic(path, 'node9.test\n', { mode: 0o444 });
    await files.remove(state.layout.configData.path);
    expect(await inspect(nothingMore)).toMatchObject({
      ssconfVersion: present.version,
      ssconfComplete: false,
      differingViews: ['config.data', 'ssconf_master_node'],
    });
  });

  it('and tells a damaged certificate by the name of its file, the others all the same', async () => {
    const { put, inspect } = await host();
    await put('rapiPem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    await put('spicePem', 'nothing');
    const { certificates = [] } = await inspect(nothingMore);
    expect(certificates.map(({ file, problem }) => `${file}: ${problem ?? 'fine'}`)).toEqual([
      'server.pem: fine',
      'node.pem: fine',
      expect.stringMatching(/^rapi\.pem: .+/),
      'spice.pem: it holds no certificate',
    ]);
  });

  it('and never tells a secret itself', async () => {
    const { inspect } = await host();
    const text = JSON.stringify(await inspect({ volumeGroups: true, ssh: true }));
    expect(text).not.toContain('secret');
    expect(text).not.toContain('PRIVATE KEY');
  });

  it('and tries the addresses that its own disk names, SSH only where it is wanted', async () => {
    const asked: string[] = [];
    const tcp: HostLook['tcp'] = (address, port) => {
      asked.push(`${address}:${port}`);
      return Promise.resolve('silent');
    };
    const { inspect } = await host({ tcp });
    const { tried } = await inspect(nothingMore);
    expect(asked).toEqual(['192.0.2.2:1811', '192.0.2.100:1811']);
    expect(tried?.[0]).toEqual({
      ...{ nodeUuid: node2, network: 'NETWORK_PRIMARY', address: '192.0.2.2', port: 1811 },
      answer: 'TCP_ANSWER_SILENT',
    });
    asked.length = 0;
    await inspect({ ...nothingMore, ssh: true });
    expect(asked).toContain('192.0.2.2:22');
  });

  it('and lists volume groups only if it is asked to', async () => {
    const { inspect } = await host();
    expect((await inspect(nothingMore)).storage?.volumeGroups).toBeUndefined();
    const asked = await inspect({ ...nothingMore, volumeGroups: true });
    expect(asked.storage?.volumeGroups).toEqual({ xenvg: 30_000 });
    const without = await host({ volumeGroups: () => Promise.reject(new Error('no LVM here')) });
    const failed = await without.inspect({ ...nothingMore, volumeGroups: true });
    expect(failed.storage).toMatchObject({ volumeGroupsFailure: 'no LVM here' });
  });

  it('and tells what was signed by a cluster certificate that counts only while it is renewed', async () => {
    const { put, inspect } = await host();
    const next = await testAuthority({ now });
    const signedAnew = await testIdentity(next, { now, days: 30 });
    const told = async () =>
      (await inspect(nothingMore)).certificates?.map(({ file, signedByCluster, signedByTrusted }) => [
        file,
        signedByCluster,
        signedByTrusted,
      ]);
    await put('nodePem', `${signedAnew.privateKeyPem}${signedAnew.certificatePem}`);
    expect(await told()).toContainEqual(['node.pem', false, false]);
    await put('trustedPem', `${authority.certificatePem}${next.certificatePem}`);
    expect(await told()).toEqual([
      ['server.pem', true, true],
      ['node.pem', false, true],
    ]);
  });

  it('and tells whom root lets in, by keys and never by options, only where SSH is managed', async () => {
    const { state, files, inspect } = await host();
    const asked = { ...nothingMore, ssh: true };
    const roster = await readRoster(state);
    await writeRoster(state, { ...roster, hostSetup: { etcHosts: true, sshKeyType: 'rsa' } });
    const { home, directory, publicKey, authorizedKeys } = await rootSshPlaces(state, 'rsa');
    for (const { path, mode } of [home, directory]) await files.ensureDirectory(path, mode);
    const own = 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB';
    await files.writeAtomic(publicKey.path, `${own} root@node1.test\n`, { mode: 0o644 });
    const lines = [
      `${own} root@node1.test`,
      '# ssh-rsa AAAA commented out',
      'from="192.0.2.9",command="x" ssh-ed25519 AAAAC3Nz admin of all',
      'ssh-rsa AAAAold root@node2',
    ];
    await files.writeAtomic(authorizedKeys.path, `${lines.join('\n')}\n`, { mode: 0o600 });
    expect((await inspect(nothingMore)).ssh).toBeNull();
    const expected = {
      ownKey: own,
      letIn: [
        { key: own, namedNodeUuid: node1 },
        { key: 'ssh-ed25519 AAAAC3Nz', namedNodeUuid: '' },
        { key: 'ssh-rsa AAAAold', namedNodeUuid: node2 },
      ],
    };
    expect((await inspect(asked)).ssh).toEqual(expected);
    await files.remove(publicKey.path);
    expect((await inspect(asked)).ssh).toEqual({ ...expected, ownKey: '' });
    await writeRoster(state, { ...roster, hostSetup: { etcHosts: true, sshKeyType: null } });
    expect((await inspect(asked)).ssh).toBeNull();
  });

  it('and counts what a write left only when no write can still be at it', async () => {
    const { state, files, inspect } = await host();
    const name = '.roster.json.0123456789ab.tmp';
    const path = `${state.layout.dataDirectory.path}/${name}`;
    await files.writeAtomic(path, 'x', { mode: 0o600 });
    await files.writeAtomic(`${state.layout.dataDirectory.path}/notes`, 'x', { mode: 0o600 });
    expect(await inspect(nothingMore)).toMatchObject({ temporaries: [name], strangers: ['notes'] });
    const young = {
      ...state.files,
      stat: writtenAt(state.files.stat, path, now.getTime() - timings.temporaryMs),
    };
    const parts = { state: { ...state, files: young }, own: node1, clock: virtualClock(now) };
    const again = inspection({ ...parts, host: soundHost(), presented: () => identity.certificatePem });
    expect(await again(nothingMore)).toMatchObject({ temporaries: [], strangers: ['notes'] });
  });
});

type Stat = Awaited<ReturnType<typeof host>>['files']['stat'];

const writtenAt =
  (stat: Stat, path: string, modifiedMs: number): Stat =>
  async (asked) => {
    const facts = await stat(asked);
    return asked === path && facts ? { ...facts, modifiedMs } : facts;
  };

describe('a host mends itself', () => {
  it('sets modes and removes what writes left, and tells what it did; a second time there is nothing to do', async () => {
    const { state, files, put, inspect, mend } = await host();
    const left = `${state.layout.dataDirectory.path}/.roster.json.0123456789ab.tmp`;
    await put('hmacKey', 'secret\n', 0o644);
    await files.ensureMode(state.layout.backupDirectory.path, 0o755);
    await files.writeAtomic(left, 'x', { mode: 0o600 });
    await files.writeAtomic(`${state.layout.dataDirectory.path}/notes`, 'x', { mode: 0o600 });
    const before = files.contents();
    expect(await mend()).toEqual({
      changedPaths: ['/var/lib/quorate/backup', '/var/lib/quorate/hmac.key'],
      removedNames: ['.roster.json.0123456789ab.tmp'],
    });
    const { [left]: _, ...kept } = before;
    expect(files.contents()).toEqual(kept);
    expect((await inspect(nothingMore)).files?.every(({ mode, wantedMode }) => mode === wantedMode)).toBe(
      true,
    );
    expect(await mend()).toEqual({ changedPaths: [], removedNames: [] });
  });
});
