import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectPath, makeDirectory, removeEmptyDirectories } from './directories.ts';

let scratch: string;
const at = (path: string) => join(scratch, path);
const modeOf = (path: string) => statSync(at(path)).mode & 0o7777;

beforeEach(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'quorate-directories-')));
  mkdirSync(at('srv/disks'), { recursive: true });
  writeFileSync(at('srv/file'), '');
  symlinkSync('/etc', at('srv/link'));
  symlinkSync(at('nowhere'), at('srv/broken'));
  symlinkSync(at('srv/loop'), at('srv/loop'));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

describe('a path', () => {
  it.each([
    ['srv/disks', 'srv/disks', 'directory'],
    ['srv/disks/a/b', 'srv/disks', 'directory'],
    ['srv/file', 'srv/file', 'something else'],
    ['srv/file/a', 'srv/file', 'something else'],
    ['srv/broken', 'srv/broken', 'something else'],
    ['srv/broken/a', 'srv/broken', 'something else'],
    ['srv/loop/a', 'srv/loop', 'something else'],
  ])('%s exists as far as %s, a %s', async (path, existing, existingIs) => {
    expect(await inspectPath(at(path))).toMatchObject({
      existing: at(existing),
      existingIs,
      realPath: at(path),
    });
  });

  it('BEH-228 leads where its links lead', async () => {
    expect(await inspectPath(at('srv/link/new/x'))).toMatchObject({
      existing: at('srv/link'),
      existingIs: 'directory',
      realPath: '/etc/new/x',
    });
  });

  it('begins at the root', async () => {
    expect(await inspectPath('/')).toMatchObject({ existing: '/', realPath: '/', existingIs: 'directory' });
    expect(await inspectPath('/no-such-directory/x')).toMatchObject({
      existing: '/',
      realPath: '/no-such-directory/x',
    });
  });

  it('may go through directories in which anyone may write, by its name or where its links lead', async () => {
    mkdirSync(at('public/a'), { recursive: true });
    chmodSync(at('public'), 0o1777);
    symlinkSync(at('public/a'), at('srv/away'));
    symlinkSync(at('srv/disks'), at('public/back'));
    const openOnes = async (path: string) =>
      (await inspectPath(at(path))).worldWritable.filter((each) => each.startsWith(`${scratch}/`));
    expect(await openOnes('public/a/new')).toEqual([at('public')]);
    expect(await openOnes('srv/away/new')).toEqual([at('public')]);
    expect(await openOnes('public/back/new')).toEqual([at('public')]);
    expect(await openOnes('srv/disks')).toEqual([]);
  });
});

describe('a directory', () => {
  const made: string[] = [];
  const make = (path: string, mode = 0o750) => makeDirectory(at(path), mode, (each) => made.push(each));
  afterEach(() => void made.splice(0));

  it('BEH-219 is made with its parents and the mode, whatever the umask, and tells of each', async () => {
    const umask = process.umask(0o077);
    await make('srv/a/b/c').finally(() => process.umask(umask));
    expect(made).toEqual([at('srv/a'), at('srv/a/b'), at('srv/a/b/c')]);
    expect([modeOf('srv/a'), modeOf('srv/a/b'), modeOf('srv/a/b/c')]).toEqual([0o755, 0o755, 0o750]);
  });

  it('that exists stays as it is', async () => {
    chmodSync(at('srv/disks'), 0o700);
    await make('srv/disks');
    expect(made).toEqual([]);
    expect(modeOf('srv/disks')).toBe(0o700);
  });

  it.each(['srv/file', 'srv/file/x', 'srv/broken', `srv/new/${'x'.repeat(300)}`])(
    'BEH-220 BEH-221 cannot be made at %s',
    async (path) => {
      await expect(make(path)).rejects.toMatchObject({
        reason: 'COMMAND_FAILED',
        message: expect.stringContaining(at(path)),
      });
      expect(made.filter((each) => each !== at('srv/new'))).toEqual([]);
    },
  );

  it('is taken away with those above it that were made, as far as they are empty', async () => {
    await make('srv/a/b');
    await make('srv/c/d');
    writeFileSync(at('srv/c/kept'), '');
    await removeEmptyDirectories([...made, at('srv/never-made')]);
    expect((await inspectPath(at('srv/a/b'))).existing).toBe(at('srv'));
    expect((await inspectPath(at('srv/c/d'))).existing).toBe(at('srv/c'));
  });
});
