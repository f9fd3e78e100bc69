/** What the roster wants of a host, as candidates and nodes come and go; killed before every change of a file. */
import { rosterOf } from '@quorate/domain/roster-of';
import type { Roster, RosterNode } from '@quorate/domain/roster';
import { memoryFiles, type MemoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { readHostChanges } from './host-change-record.ts';
import { restoreHost } from './host-changes.ts';
import { ensureOwnDirectories } from './host-directories.ts';
import { ensureHostSetup } from './host-setup.ts';
import { layoutUnder } from './layout.ts';
import type { State } from './state.ts';
import { breakingFiles, killed } from './testing/breaking-files.ts';
import { sampleRecord } from './testing/sample-record.ts';

const layout = layoutUnder('/');
const keyOf = (number: number) => `ssh-rsa AAAAB3NzaC1yc2E${number} root@node${number}.test`;
const ownKey = keyOf(9);
const admin = 'ssh-ed25519 AAAA admin';
const hostsFile = '127.0.0.1 localhost\n10.0.0.2 node2.test db # rack 7\n10.0.0.9 www';

const hostNode = (number: number, role: RosterNode['role']): RosterNode => ({
  ...{ uuid: `uuid-${number}`, name: `node${number}.test`, address: `10.0.0.${number}` },
  ...{ nodePort: 1811, masterPort: 1816, role },
  ...(role === 'candidate' && { sshPublicKey: keyOf(number) }),
});

/** This host is node 9, a regular node. */
const rosterWith = (...nodes: readonly RosterNode[]): Roster => ({
  ...rosterOf(sampleRecord(), ''),
  master: null,
  nodes,
  hostSetup: { etcHosts: true, sshKeyType: 'rsa' },
});
const self = hostNode(9, 'regular');
const before = rosterWith(hostNode(1, 'candidate'), hostNode(2, 'candidate'), hostNode(3, 'regular'), self);
/** Node 1 is no candidate any more, node 2 is gone, and 4 is new. */
const after = rosterWith(hostNode(1, 'regular'), hostNode(3, 'regular'), hostNode(4, 'candidate'), self);

async function host() {
  const files = memoryFiles({
    '/etc/hosts': hostsFile,
    '/root/.ssh/authorized_keys': admin,
    '/root/.ssh/id_rsa.pub': `${ownKey}\n`,
    '/root/.ssh/id_rsa': 'private',
  });
  const initial = files.contents();
  const state: State = { files, layout };
  await ensureOwnDirectories(state);
  return { files, state, initial };
}

const keysIn = (files: MemoryFiles) => files.contents()['/root/.ssh/authorized_keys']?.split('\n');
const hostsIn = (files: MemoryFiles) => files.contents()['/etc/hosts']?.split('\n');

const linesBefore = [admin, ownKey, keyOf(1), keyOf(2), ''];
const linesAfter = [admin, ownKey, keyOf(4), ''];

describe('the host of a node', () => {
  it('lets in the candidates and its own key, beside whom the administrator lets in', async () => {
    const { files, state } = await host();
    await ensureHostSetup(state, before, 'uuid-9');
    expect(keysIn(files)).toEqual(linesBefore);
    await ensureHostSetup(state, after, 'uuid-9');
    expect(keysIn(files)).toEqual(linesAfter);
  });

  it('lets in both keys of a candidate while they are renewed, and those that it has and is to have', async () => {
    const { files, state } = await host();
    const renewed = { ...hostNode(1, 'candidate'), newSshPublicKey: keyOf(8) };
    const ssh = { type: 'rsa', privateKey: 'private', publicKey: keyOf(7) };
    const renewal = {
      ...{ id: 'r1', stage: 'prepared', staged: {}, previous: {} },
      certification: null,
      ssh,
    };
    await files.writeAtomic(layout.renewalFile.path, JSON.stringify(renewal), { mode: 0o400 });
    await ensureHostSetup(state, rosterWith(renewed, self), 'uuid-9');
    expect(keysIn(files)).toEqual([admin, ownKey, keyOf(7), keyOf(1), keyOf(8), '']);
    await files.remove(layout.renewalFile.path);
    await ensureHostSetup(state, rosterWith(hostNode(1, 'candidate'), self), 'uuid-9');
    expect(keysIn(files)).toEqual([admin, ownKey, keyOf(1), '']);
  });

  it('names all nodes in its hosts file, by lines of ours only', async () => {
    const { files, state } = await host();
    await ensureHostSetup(state, before, 'uuid-9');
    expect(hostsIn(files)).toEqual([
      '127.0.0.1 localhost',
      '10.0.0.2 node2.test db # rack 7',
      '10.0.0.9\tnode9.test node9 www',
      '10.0.0.1\tnode1.test node1',
      '10.0.0.3\tnode3.test node3',
      '',
    ]);
    await ensureHostSetup(state, after, 'uuid-9');
    expect(hostsIn(files)?.slice(1)).toEqual([
      '10.0.0.2 node2.test db # rack 7',
      '10.0.0.9\tnode9.test node9 www',
      '10.0.0.1\tnode1.test node1',
      '10.0.0.3\tnode3.test node3',
      '10.0.0.4\tnode4.test node4',
      '',
    ]);
  });

  it('that is in order is not written', async () => {
    const { files, state } = await host();
    await ensureHostSetup(state, before, 'uuid-9');
    const none = breakingFiles(files, 0);
    await ensureHostSetup({ files: none, layout }, before, 'uuid-9');
    expect(keysIn(files)).toEqual(linesBefore);
  });

  it('that is no node of the roster has nothing of it, and what was there is as before', async () => {
    const { files, state, initial } = await host();
    await ensureHostSetup(state, before, 'uuid-9');
    await ensureHostSetup(state, after, 'uuid-77');
    expect(files.contents()).toMatchObject(initial);
    expect(await readHostChanges(state)).toMatchObject({ hostsFile: [], authorizedKeys: [] });
  });

  it('is left alone where neither is managed', async () => {
    const { files, state } = await host();
    const unmanaged = { ...before, hostSetup: { etcHosts: false, sshKeyType: null } };
    await ensureHostSetup(state, unmanaged, 'uuid-9');
    const { hostSetup: _, ...older } = before;
    await ensureHostSetup(state, older, 'uuid-9');
    expect(keysIn(files)).toEqual([admin]);
    expect(files.contents()['/etc/hosts']).toBe(hostsFile);
  });

  it('keeps what the administrator made of a key: options are not undone, and the line stays his', async () => {
    const { files, state } = await host();
    const restricted = `from="10.0.0.0/24" ${keyOf(1)}`;
    await files.writeAtomic('/root/.ssh/authorized_keys', `${restricted}\n`, { mode: 0o600 });
    await ensureHostSetup(state, before, 'uuid-9');
    expect(keysIn(files)).toEqual([restricted, ownKey, keyOf(2), '']);
    await restoreHost(state);
    expect(keysIn(files)).toEqual([restricted, '']);
  });

  it('is the same wherever a change was killed and made again, and can always be taken back (BEH-270)', async () => {
    let at = 0;
    for (let isKilled = true; isKilled; at += 1) {
      const { files, state, initial } = await host();
      await ensureHostSetup(state, before, 'uuid-9');
      const breaking = { files: breakingFiles(files, at), layout };
      const caught = await ensureHostSetup(breaking, after, 'uuid-9').catch((error: unknown) => error);
      isKilled = caught === killed;
      if (caught !== undefined && !isKilled) throw caught;
      const copy = { files: memoryFiles(files.contents()), layout };
      await restoreHost(copy);
      expect(copy.files.contents(), `taken back, killed before change ${at}`).toEqual(initial);
      await ensureHostSetup(state, after, 'uuid-9');
      expect(keysIn(files), `killed before change ${at}`).toEqual(linesAfter);
      await restoreHost(state);
      expect(files.contents(), `killed before change ${at}`).toEqual(initial);
    }
    expect(at).toBeGreaterThan(5);
  });
});
