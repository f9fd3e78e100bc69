import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectPath } from './directories.ts';

let scratch: string;
const at = (path: string) => join(scratch, path);

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
