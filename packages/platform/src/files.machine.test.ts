import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskFiles, ownUser, temporaryOf, type Files } from './files.ts';
import { runCommand } from './processes.ts';
import { memoryFiles } from './testing/files.ts';

/** Others may give no file away and mount nothing. */
const isRoot = process.getuid?.() === 0;

let scratch: string;
beforeAll(async () => {
  scratch = await fs.mkdtemp(join(tmpdir(), 'quorate-files-'));
});
afterAll(() => fs.rm(scratch, { recursive: true, force: true }));

/** An empty directory of 0755 in either world. */
let worlds = 0;
async function world(files: Files): Promise<string> {
  const directory = join(scratch, `world-${(worlds += 1)}`);
  await files.ensureDirectory(directory, 0o755);
  return directory;
}

const twins: readonly (readonly [string, Files])[] = [
  ['the disk', diskFiles],
  ['memory', memoryFiles()],
];

describe.each(twins)('files on %s', (_, files) => {
  it('reads back what was written, and the mode', async () => {
    const path = join(await world(files), 'a');
    await files.writeAtomic(path, 'één', { mode: 0o640 });
    expect(await files.readText(path)).toBe('één');
    expect(await files.stat(path)).toEqual({
      ...{ mode: 0o640, size: 5, kind: 'file', owner: ownUser() },
      modifiedMs: expect.any(Number),
    });
  });

  it('BEH-157 replaces text and mode together and leaves nothing else behind', async () => {
    const directory = await world(files);
    const path = join(directory, 'config.data');
    await files.writeAtomic(path, 'old', { mode: 0o644 });
    await files.writeAtomic(path, 'new', { mode: 0o600 });
    expect(await files.readText(path)).toBe('new');
    expect((await files.stat(path))?.mode).toBe(0o600);
    expect(await files.list(directory)).toEqual(['config.data']);
  });

  it('can replace a file that nobody may write', async () => {
    const path = join(await world(files), 'ssconf');
    await files.writeAtomic(path, 'old', { mode: 0o444 });
    await files.writeAtomic(path, 'new', { mode: 0o444 });
    expect(await files.readText(path)).toBe('new');
  });

  it('knows what is absent', async () => {
    const directory = await world(files);
    expect(await files.readText(join(directory, 'x'))).toBeUndefined();
    expect(await files.stat(join(directory, 'x'))).toBeUndefined();
    expect(await files.list(join(directory, 'x'))).toEqual([]);
    await files.remove(join(directory, 'x'));
  });

  it('gives a file another name, over what bore it, with its mode', async () => {
    const directory = await world(files);
    const [from, to] = [join(directory, 'new'), join(directory, 'place')];
    await files.writeAtomic(to, 'old', { mode: 0o644 });
    await files.writeAtomic(from, 'new', { mode: 0o400 });
    await files.rename(from, to);
    expect([await files.readText(to), (await files.stat(to))?.mode]).toEqual(['new', 0o400]);
    expect(await files.list(directory)).toEqual(['place']);
    await expect(files.rename(from, to)).rejects.toMatchObject({ reason: 'COMMAND_FAILED' });
    expect(await files.readText(to)).toBe('new');
  });

  it('removes and lists in order', async () => {
    const directory = await world(files);
    for (const name of ['c', 'a', 'b']) await files.writeAtomic(join(directory, name), '', { mode: 0o600 });
    await files.remove(join(directory, 'b'));
    expect(await files.list(directory)).toEqual(['a', 'c']);
  });

  it('gives a file another text byte by byte, with the mode it has', async () => {
    const directory = await world(files);
    const path = join(directory, 'hosts');
    await files.writeAtomic(path, 'één', { mode: 0o664 });
    const bytes = await files.readBytes(path);
    expect(bytes).toBe('\u00c3\u00a9\u00c3\u00a9n');
    await files.rewrite(path, `${bytes}+`);
    expect(await files.readText(path)).toBe('één+');
    expect((await files.stat(path))?.mode).toBe(0o664);
    expect(await files.list(directory)).toEqual(['hosts']);
    await expect(files.rewrite(join(directory, 'x'), '')).rejects.toMatchObject({
      facts: { code: 'ENOENT' },
    });
    expect(await files.readBytes(join(directory, 'x'))).toBeUndefined();
  });

  it('takes away a directory that is empty, and no other', async () => {
    const directory = await world(files);
    await files.ensureDirectory(join(directory, 'a/b'), 0o755);
    await files.writeAtomic(join(directory, 'file'), '', { mode: 0o600 });
    for (const name of ['a', 'file', 'absent', 'file/below'])
      await files.removeEmptyDirectory(join(directory, name));
    expect(await files.list(directory)).toEqual(['a', 'file']);
    for (const name of ['a/b', 'a']) await files.removeEmptyDirectory(join(directory, name));
    expect(await files.list(directory)).toEqual(['file']);
  });

  it('makes directories with their parents, and corrects the mode of one that is there', async () => {
    const directory = await world(files);
    await files.ensureDirectory(join(directory, 'a/b/socket'), 0o700);
    expect(await files.stat(join(directory, 'a/b/socket'))).toMatchObject({ mode: 0o700, kind: 'directory' });
    expect(await files.stat(join(directory, 'a/b'))).toMatchObject({ mode: 0o755 });
    await files.ensureDirectory(join(directory, 'a/b/socket'), 0o750);
    expect(await files.stat(join(directory, 'a/b/socket'))).toMatchObject({ mode: 0o750 });
    expect(await files.list(directory)).toEqual(['a']);
  });

  it('corrects the mode of what is there, and keeps the content', async () => {
    const directory = await world(files);
    const path = join(directory, 'a');
    await files.writeAtomic(path, 'text', { mode: 0o644 });
    await files.ensureMode(path, 0o400);
    await files.ensureMode(directory, 0o700);
    expect(await files.stat(path)).toMatchObject({ mode: 0o400, owner: ownUser() });
    expect(await files.readText(path)).toBe('text');
    expect(await files.stat(directory)).toMatchObject({ mode: 0o700, kind: 'directory' });
    await expect(files.ensureMode(join(directory, 'x'), 0o400)).rejects.toMatchObject({
      facts: { code: 'ENOENT' },
    });
  });

  it('appends lines and keeps the mode of the first', async () => {
    const path = join(await world(files), 'journal');
    await files.appendLine(path, 'one', { mode: 0o600 });
    await files.appendLine(path, 'two', { mode: 0o644 });
    expect(await files.readText(path)).toBe('one\ntwo\n');
    expect((await files.stat(path))?.mode).toBe(0o600);
  });

  it('sync what is there, a directory too, and what is not', async () => {
    const directory = await world(files);
    const path = join(directory, 'voter.json');
    await files.writeAtomic(path, 'x', { mode: 0o400 });
    for (const each of [path, directory, join(directory, 'absent'), join(directory, 'no/x'), join(path, 'x')])
      await files.sync(each);
    expect(await files.readText(path)).toBe('x');
    expect(await files.stat(path)).toMatchObject({ mode: 0o400 });
    expect(await files.list(directory)).toEqual(['voter.json']);
  });

  it('refuses, with the path, to write where no directory is, over a directory, or through a file', async () => {
    const directory = await world(files);
    const refused = { reason: 'COMMAND_FAILED' };
    await expect(files.writeAtomic(join(directory, 'no/x'), '', { mode: 0o600 })).rejects.toMatchObject(
      refused,
    );
    await files.ensureDirectory(join(directory, 'd'), 0o755);
    await expect(files.writeAtomic(join(directory, 'd'), '', { mode: 0o600 })).rejects.toMatchObject(refused);
    await expect(files.readText(join(directory, 'd'))).rejects.toThrow(join(directory, 'd'));
    await files.writeAtomic(join(directory, 'f'), '', { mode: 0o600 });
    await expect(files.ensureDirectory(join(directory, 'f'), 0o755)).rejects.toMatchObject(refused);
    expect(await files.readText(join(directory, 'f/x'))).toBeUndefined();
    expect(await files.list(directory)).toEqual(['d', 'f']);
  });
});

describe('files on the disk', () => {
  it('have their mode whatever the umask', async () => {
    const directory = await world(diskFiles);
    const umask = process.umask(0o077);
    try {
      await diskFiles.writeAtomic(join(directory, 'public'), '', { mode: 0o644 });
      await diskFiles.ensureDirectory(join(directory, 'd'), 0o755);
    } finally {
      process.umask(umask);
    }
    expect((await diskFiles.stat(join(directory, 'public')))?.mode).toBe(0o644);
    expect((await diskFiles.stat(join(directory, 'd')))?.mode).toBe(0o755);
  });

  it('BEH-157 show a reader the old text or the new one and never a part, nor a looser mode', async () => {
    const directory = await world(diskFiles);
    const path = join(directory, 'config.data');
    const texts = ['a', 'b'].map((letter) => letter.repeat(300_000));
    await diskFiles.writeAtomic(path, texts[0] ?? '', { mode: 0o600 });
    let writing = true;
    const seen = new Set<string>();
    const modes = new Set<number>();
    const reader = (async () => {
      while (writing) {
        seen.add((await diskFiles.readText(path)) ?? 'absent');
        for (const name of await diskFiles.list(directory))
          modes.add((await diskFiles.stat(join(directory, name)))?.mode ?? 0o600);
      }
    })();
    for (let n = 0; n < 20; n += 1) await diskFiles.writeAtomic(path, texts[n % 2] ?? '', { mode: 0o600 });
    writing = false;
    await reader;
    expect([...seen].filter((text) => !texts.includes(text))).toEqual([]);
    expect([...modes]).toEqual([0o600]);
  });

  it.skipIf(!isRoot)('keep the owner of a file that gets another text (root only)', async () => {
    const path = join(await world(diskFiles), 'authorized_keys');
    await diskFiles.writeAtomic(path, 'old', { mode: 0o640 });
    await fs.chown(path, 12, 34);
    await diskFiles.rewrite(path, 'new');
    expect(await fs.stat(path)).toMatchObject({ uid: 12, gid: 34, mode: 0o100640 });
  });

  it('write through a link, and into a file with two names', async () => {
    const directory = await world(diskFiles);
    const at = (name: string) => join(directory, name);
    await diskFiles.writeAtomic(at('real'), 'a longer text', { mode: 0o644 });
    await fs.symlink(at('real'), at('link'));
    await fs.link(at('real'), at('twin'));
    for (const name of ['link', 'twin']) {
      await diskFiles.rewrite(at(name), name);
      expect([await diskFiles.readText(at('real')), await diskFiles.readText(at(name))]).toEqual([
        name,
        name,
      ]);
    }
    expect((await fs.lstat(at('link'))).isSymbolicLink()).toBe(true);
    expect(await diskFiles.list(directory)).toEqual(['link', 'real', 'twin']);
  });

  it.skipIf(!isRoot)('write into a file that is mounted there (root only)', async () => {
    const directory = await world(diskFiles);
    const at = (name: string) => join(directory, name);
    for (const name of ['hosts', 'outside']) await diskFiles.writeAtomic(at(name), name, { mode: 0o644 });
    const mount = async (...args: string[]) =>
      expect(await runCommand(args[0] ?? '', args.slice(1), { timeoutMs: 10_000 })).toMatchObject({
        code: 0,
      });
    await mount('mount', '--bind', at('outside'), at('hosts'));
    try {
      await diskFiles.rewrite(at('hosts'), 'new');
    } finally {
      await mount('umount', at('hosts'));
    }
    expect([await diskFiles.readText(at('outside')), await diskFiles.readText(at('hosts'))]).toEqual([
      'new',
      'hosts',
    ]);
    expect(await diskFiles.list(directory)).toEqual(['hosts', 'outside']);
  });

  it('know what a write that was killed leaves behind', () => {
    expect('.hosts.0123456789ab.tmp').toMatch(temporaryOf('hosts'));
    for (const other of ['hosts.0123456789ab.tmp', '.hosts.tmp', '.hosts.0123456789ab.tmp.tmp'])
      expect(other).not.toMatch(temporaryOf('hosts'));
    expect('.config.data.0123456789ab.tmp').toMatch(temporaryOf('config.data'));
    expect('.configXdata.0123456789ab.tmp').not.toMatch(temporaryOf('config.data'));
  });

  it('whose mode is corrected are not links: what they lead to may be somebody else’s', async () => {
    const directory = await world(diskFiles);
    await diskFiles.writeAtomic(join(directory, 'a'), '', { mode: 0o644 });
    await fs.symlink(join(directory, 'a'), join(directory, 'link'));
    await expect(diskFiles.ensureMode(join(directory, 'link'), 0o600)).rejects.toMatchObject({
      reason: 'COMMAND_FAILED',
    });
    expect((await diskFiles.stat(join(directory, 'a')))?.mode).toBe(0o644);
  });

  it.skipIf(ownUser() !== 0)('whose mode is corrected are ours afterwards (root only)', async () => {
    const path = join(await world(diskFiles), 'a');
    await diskFiles.writeAtomic(path, '', { mode: 0o600 });
    await fs.chown(path, 12, 34);
    expect((await diskFiles.stat(path))?.owner).toBe(12);
    await diskFiles.ensureMode(path, 0o600);
    expect((await diskFiles.stat(path))?.owner).toBe(0);
  });

  it('may be written by several at once: one of them wins, whole', async () => {
    const directory = await world(diskFiles);
    const path = join(directory, 'x');
    await Promise.all(['1', '2', '3', '4'].map((text) => diskFiles.writeAtomic(path, text, { mode: 0o600 })));
    expect(['1', '2', '3', '4']).toContain(await diskFiles.readText(path));
    expect(await diskFiles.list(directory)).toEqual(['x']);
  });

  it('tell a socket from a file, and remove it', async () => {
    const { createServer } = await import('node:net');
    const path = join(await world(diskFiles), 's');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    expect((await diskFiles.stat(path))?.kind).toBe('socket');
    await diskFiles.remove(path);
    expect(await diskFiles.stat(path)).toBeUndefined();
    server.close();
  });
});

describe('files in memory', () => {
  it('can be given some to begin with', async () => {
    const files = memoryFiles({ '/var/lib/quorate/roster.json': '{}' });
    expect(await files.list('/var/lib')).toEqual(['quorate']);
    expect(await files.stat('/var/lib/quorate/roster.json')).toMatchObject({ mode: 0o644 });
    await files.writeAtomic('/var/lib/quorate/x', 'y', { mode: 0o600 });
    expect(files.contents()).toEqual({ '/var/lib/quorate/roster.json': '{}', '/var/lib/quorate/x': 'y' });
  });
});
