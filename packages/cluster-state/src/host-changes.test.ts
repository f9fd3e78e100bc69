/** What a membership changes on a host, killed before every single change of a file, and taken back. */
import { memoryFiles, type MemoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { ensureHostDirectories, ensureOwnDirectories } from './host-directories.ts';
import { ensureHostsEntries } from './host-lines.ts';
import { isHalfRestored, restoreHost, undoHostChanges } from './host-changes.ts';
import { readHostChanges } from './host-change-record.ts';
import { layoutTable, layoutUnder } from './layout.ts';
import { ensureRootSshKey } from './root-ssh-key.ts';
import { ensureText, type State } from './state.ts';
import { breakingFiles, killed } from './testing/breaking-files.ts';

const layout = layoutUnder('/');
const wishes = { type: 'ecdsa', bits: 256, comment: 'root@node1.lab.test' } as const;
const ssh = '/root/.ssh';

/** What an administrator may have had there before. */
const hosts: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['a bare host', {}],
  [
    'a host in use',
    {
      '/etc/hosts': '127.0.0.1 localhost\n10.99.0.11 node1.lab.test www # rack 7\n::1 localhost',
      '/root/.ssh/authorized_keys': 'ssh-ed25519 AAAA admin',
      '/var/lib/quorate/queue/serial': '1',
      '/srv/ganeti/README': '',
    },
  ],
  [
    "a host with the administrator's key",
    {
      '/etc/hosts': '10.99.0.11 node1.lab.test node1\n',
      '/root/.ssh/id_ecdsa': 'private',
      '/root/.ssh/id_ecdsa.pub': 'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY= admin\n',
    },
  ],
];

/** All that init changes outside, and one file for each kind that lies in the data directory or beside it. */
async function join(state: State): Promise<void> {
  await ensureOwnDirectories(state);
  await ensureHostDirectories(state, [{ path: '/srv/ganeti/disks/file', mode: 0o750 }]);
  await ensureHostsEntries(state, { address: '10.99.0.11', name: 'node1.lab.test' });
  await ensureText(state, layout.ganetiPubKeys, `uuid-1 ${await ensureRootSshKey(state, wishes)}\n`);
  await state.files.writeAtomic(layout.nodePem.path, 'secret', { mode: 0o400 });
  await state.files.writeAtomic(layout.nodedLog.path, 'log', { mode: 0o640 });
}

/** Every path with kind, mode and text. */
async function tree(files: MemoryFiles, directory = '/'): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const name of await files.list(directory)) {
    const path = `${directory === '/' ? '' : directory}/${name}`;
    const facts = await files.stat(path);
    const text = facts?.kind === 'file' ? await files.readText(path) : '';
    lines.push(`${path} ${facts?.kind} ${facts?.mode.toString(8)} ${text}`);
    if (facts?.kind === 'directory') lines.push(...(await tree(files, path)));
  }
  return lines;
}

/** Path, kind and mode: keys are made anew. */
const withoutText = (line: string): string => line.split(' ').slice(0, 3).join(' ');

/** Does the work and is killed before the change of that number; says whether it got to its end. */
async function killedAt(
  files: MemoryFiles,
  at: number,
  work: (state: State) => Promise<void>,
): Promise<boolean> {
  const isKilled = await work({ files: breakingFiles(files, at), layout }).catch((caught: unknown) => caught);
  if (isKilled !== undefined && isKilled !== killed) throw isKilled;
  return isKilled === undefined;
}

/**
 * What may be left of somebody who was killed: nothing, or, just before the record or just behind it, the empty data
 * directory and those made for it.
 */
function comparable(lines: readonly string[], hadRecord: boolean): readonly string[] {
  return hadRecord ? lines : lines.filter((line) => !/^\/var(\/lib(\/quorate)?)? directory 755 $/.test(line));
}

/** Every number of changes after which the work can be killed; the last is that of all. */
async function moments(
  files: MemoryFiles,
  work: (state: State) => Promise<void>,
): Promise<readonly number[]> {
  let made = 0;
  await work({ files: breakingFiles(files, Number.POSITIVE_INFINITY, () => (made += 1)), layout });
  return Array.from({ length: made + 1 }, (_, at) => at);
}

describe.each(hosts)('on %s, what a membership changes', (_host, initial) => {
  const bare = async () => {
    const files = memoryFiles(initial);
    return { files, state: { files, layout }, before: await tree(files) };
  };

  it('is taken back exactly', async () => {
    const { files, state, before } = await bare();
    await join(state);
    expect(await tree(files)).not.toEqual(before);
    await restoreHost(state);
    expect(await tree(files)).toEqual(before);
    await restoreHost(state);
    expect(await tree(files)).toEqual(before);
  });

  it('is taken back wherever making it was killed', async () => {
    const all = await moments((await bare()).files, join);
    expect(all.length).toBeGreaterThan(15);
    for (const at of all) {
      const { files, state, before } = await bare();
      await killedAt(files, at, join);
      const hadRecord = (await readHostChanges(state)) !== undefined;
      await restoreHost(state);
      const left = comparable(await tree(files), hadRecord);
      expect(left, `killed before change ${at}`).toEqual(comparable(before, hadRecord));
    }
  });

  it('is the same if making it was killed anywhere and done again', async () => {
    const undisturbed = await bare();
    const all = await moments(undisturbed.files, join);
    for (const at of all) {
      const { files, state, before } = await bare();
      await killedAt(files, at, join);
      const hadRecord = (await readHostChanges(state)) !== undefined;
      await join(state);
      const made = (await tree(files)).map(withoutText);
      expect(made, `killed before change ${at}`).toEqual((await tree(undisturbed.files)).map(withoutText));
      await restoreHost(state);
      const left = comparable(await tree(files), hadRecord);
      expect(left, `killed before change ${at}`).toEqual(comparable(before, hadRecord));
    }
  });

  it('is taken back in the end wherever taking it back was killed', async () => {
    const first = await bare();
    await join(first.state);
    for (const at of await moments(first.files, restoreHost)) {
      const { files, state, before } = await bare();
      await join(state);
      const ended = await killedAt(files, at, restoreHost);
      const exact = ended || (await readHostChanges(state)) !== undefined;
      await restoreHost(state);
      const left = comparable(await tree(files), exact);
      expect(left, `killed before change ${at}`).toEqual(comparable(before, exact));
    }
  });
});

describe('what others change meanwhile', () => {
  it('stays, without our lines', async () => {
    const files = memoryFiles({ '/etc/hosts': '127.0.0.1 localhost\n10.99.0.11 www\n' });
    const state = { files, layout };
    await join(state);
    const append = async (path: string, text: string) =>
      files.rewrite(path, `${await files.readBytes(path)}${text}`);
    await append('/etc/hosts', '10.99.0.12 node2\n');
    await append(`${ssh}/authorized_keys`, 'ssh-ed25519 AAAA admin\n');
    await restoreHost(state);
    expect(files.contents()).toEqual({
      '/etc/hosts': '127.0.0.1 localhost\n10.99.0.11 www\n10.99.0.12 node2\n',
      [`${ssh}/authorized_keys`]: 'ssh-ed25519 AAAA admin\n',
    });
  });

  it('BEH-151 stays: a key that the administrator has put in the place of ours', async () => {
    const files = memoryFiles();
    const state = { files, layout };
    await join(state);
    await files.writeAtomic(`${ssh}/id_ecdsa`, 'private', { mode: 0o600 });
    await files.writeAtomic(
      `${ssh}/id_ecdsa.pub`,
      'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY= admin\n',
      { mode: 0o644 },
    );
    await restoreHost(state);
    expect(Object.keys(files.contents())).toEqual([`${ssh}/id_ecdsa`, `${ssh}/id_ecdsa.pub`]);
  });

  it('keeps its directory, and what we made around it', async () => {
    const files = memoryFiles();
    const state = { files, layout };
    await join(state);
    await files.writeAtomic('/srv/ganeti/disks/file/disk0', '', { mode: 0o600 });
    await restoreHost(state);
    expect(await tree(files)).toEqual([
      '/srv directory 755 ',
      '/srv/ganeti directory 755 ',
      '/srv/ganeti/disks directory 755 ',
      '/srv/ganeti/disks/file directory 750 ',
      '/srv/ganeti/disks/file/disk0 file 600 ',
    ]);
  });
});

describe('the record', () => {
  it('stays for the directories while files of the cluster lie here', async () => {
    const files = memoryFiles({ '/etc/hosts': '127.0.0.1 localhost\n' });
    const state = { files, layout };
    await join(state);
    await undoHostChanges(state);
    expect(await files.readText('/etc/hosts')).toBe('127.0.0.1 localhost\n');
    expect(Object.keys((await readHostChanges(state)) ?? {})).toEqual(['directories']);
    await restoreHost(state);
    expect(await tree(files)).toEqual(['/etc directory 755 ', '/etc/hosts file 644 127.0.0.1 localhost\n']);
  });

  it('stays, and all else is taken back, if one file refuses', async () => {
    const files = memoryFiles({ '/etc/hosts': '' });
    await join({ files, layout });
    const refusal = new Error('read-only');
    const stubborn = { ...files, rewrite: () => Promise.reject(refusal) };
    await expect(restoreHost({ files: stubborn, layout })).rejects.toBe(refusal);
    expect(Object.keys(files.contents())).toEqual(['/etc/hosts', layout.hostChanges.path]);
    await restoreHost({ files, layout });
    expect(files.contents()).toEqual({ '/etc/hosts': '' });
  });

  it('that cannot be read is STATE_CORRUPT, and nothing is guessed', async () => {
    const files = memoryFiles({ [layout.hostChanges.path]: '{"directories":[{}]}' });
    await expect(undoHostChanges({ files, layout })).rejects.toMatchObject({ reason: 'STATE_CORRUPT' });
  });

  it('that cannot be begun leaves no directory', async () => {
    const files = memoryFiles();
    const full = { ...files, writeAtomic: () => Promise.reject(new Error('full')) };
    await expect(ensureOwnDirectories({ files: full, layout })).rejects.toThrow('full');
    expect(await tree(files)).toEqual([]);
  });

  it('gives a directory that was there its mode again', async () => {
    const files = memoryFiles();
    await files.ensureDirectory(layout.dataDirectory.path, 0o711);
    const before = await tree(files);
    await join({ files, layout });
    expect((await files.stat(layout.dataDirectory.path))?.mode).toBe(0o755);
    await restoreHost({ files, layout });
    expect(await tree(files)).toEqual(before);
  });
});

describe('a host is half restored', () => {
  const remaining = async (...left: readonly (keyof typeof layoutTable)[]) => {
    const files = memoryFiles();
    const state = { files, layout };
    await join(state);
    await files.remove(layout.nodePem.path);
    await files.remove(layout.ganetiPubKeys.path);
    for (const name of left) await files.writeAtomic(layout[name].path, '', { mode: 0o600 });
    return isHalfRestored(state);
  };

  it('with the record and what goes last', async () => {
    expect(await remaining()).toBe(true);
    expect(await remaining('voterRecord', 'serverPem', 'nodePem')).toBe(true);
  });

  it.each(['roster', 'clusterRecord', 'hmacKey'] as const)('but not with %s', async (name) => {
    expect(await remaining(name, 'nodePem')).toBe(false);
  });

  it('nor without a record', async () => {
    expect(await isHalfRestored({ files: memoryFiles(), layout })).toBe(false);
  });
});

describe("root's key", () => {
  it.each([
    ['id_ecdsa', 'private', 'without /root/.ssh/id_ecdsa.pub'],
    ['id_ecdsa.pub', 'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY=\n', 'without /root/.ssh/id_ecdsa'],
    ['id_ecdsa.pub', 'rubbish', 'is not an SSH public key'],
  ])('BEH-151 is not made beside a %s of the administrator', async (name, text, complaint) => {
    const files = memoryFiles({ [`${ssh}/${name}`]: text });
    const state = { files, layout };
    await ensureOwnDirectories(state);
    await expect(ensureRootSshKey(state, wishes)).rejects.toMatchObject({
      reason: 'HOST_UNFIT',
      message: expect.stringContaining(complaint),
    });
    expect(await files.list(ssh)).toEqual([name]);
  });

  it('lies where /etc/passwd says that root is at home', async () => {
    const files = memoryFiles({ '/etc/passwd': 'root:x:0:0:root:/var/lib/root:/bin/sh\n' });
    const state = { files, layout };
    await ensureOwnDirectories(state);
    const key = await ensureRootSshKey(state, wishes);
    expect(await files.readText('/var/lib/root/.ssh/id_ecdsa.pub')).toBe(`${key}\n`);
    expect(await files.readText('/var/lib/root/.ssh/authorized_keys')).toBe(`${key}\n`);
    expect(await ensureRootSshKey(state, wishes)).toBe(key);
  });

  it('leaves nothing of a write that was killed', async () => {
    const files = memoryFiles({ '/etc/hosts': '' });
    const state = { files, layout };
    await join(state);
    for (const path of ['/etc/.hosts.0123456789ab.tmp', `${ssh}/.id_ecdsa.0123456789ab.tmp`])
      await files.writeAtomic(path, 'part', { mode: 0o600 });
    await restoreHost(state);
    expect(files.contents()).toEqual({ '/etc/hosts': '' });
  });
});
