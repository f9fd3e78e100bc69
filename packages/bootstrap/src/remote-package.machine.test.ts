/**
 * A Debian package that is brought to a host and taken away again: Debian's own programs, told of a root that was made
 * for them, behind an SSH server within this process. The package is a small one with the scripts of the real one.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  installedProgramsFile,
  programNames,
  removeBroughtPrograms,
} from '@quorate/cluster-state/brought-programs';
import { diskFiles } from '@quorate/platform/files';
import { fingerprintOf, judgeFingerprint } from '@quorate/platform/known-hosts';
import { runCommand, type RunCommand } from '@quorate/platform/processes';
import { openSsh, type SshSession } from '@quorate/platform/ssh';
import { startSshServer, type SshServer } from '@quorate/platform/testing/ssh-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bringPackage } from './remote-package.ts';

const isThere = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;
const missing = ['dpkg', 'dpkg-deb', 'deb-systemd-helper'].filter((program) => !isThere(program));
const isRoot = process.getuid?.() === 0;
const why =
  missing.length > 0 ? ` (skipped: no ${missing.join(', ')})` : isRoot ? '' : ' (skipped: not root)';

const scripts = fileURLToPath(new URL('../../../tools/packaging/debian', import.meta.url));

let scratch: string;
let server: SshServer;
let session: SshSession;
const root = () => join(scratch, 'host');
const directory = () => join(root(), 'usr/lib/quorate');
const bin = () => join(scratch, 'bin');

beforeEach(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'quorate-package-'));
  for (const each of ['var/lib/dpkg/info', 'var/lib/dpkg/updates', 'var/log', 'usr/lib'])
    mkdirSync(join(root(), each), { recursive: true });
  writeFileSync(join(root(), 'var/lib/dpkg/status'), '');
  mkdirSync(bin());
  // Its scripts run out here, and are told the root.
  wrap('dpkg', `--root=${root()} --force-script-chrootless`);
  wrap('dpkg-query', `--admindir=${root()}/var/lib/dpkg`);
  await connect(`${bin()}:${process.env['PATH']}`);
});
afterEach(async () => {
  await disconnect();
  rmSync(scratch, { recursive: true, force: true });
});

async function connect(path: string): Promise<void> {
  server = await startSshServer({ password: 'secret', env: { PATH: path } });
  session = await openSsh({
    ...{ host: '127.0.0.1', port: server.port, user: 'root', connectMs: 5_000 },
    identities: { keyFiles: [], password: async () => 'secret' },
    verifyHostKey: (key) => judgeFingerprint(key, fingerprintOf(server.hostKey)),
  });
}
async function disconnect(): Promise<void> {
  session.close();
  await server.close();
}

function wrap(program: string, words: string): void {
  const real = execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();
  writeFileSync(join(bin(), program), `#!/bin/sh\nexec ${real} ${words} "$@"\n`, { mode: 0o755 });
}

interface Made {
  readonly name?: string;
  readonly version?: string;
  readonly depends?: string;
}

function packageOf({ name = 'quorate', version = '1.2.3', depends = '' }: Made = {}): Buffer {
  const tree = mkdtempSync(join(scratch, 'tree-'));
  chmodSync(tree, 0o755);
  mkdirSync(join(tree, 'usr/lib/quorate'), { recursive: true });
  for (const program of programNames)
    writeFileSync(join(tree, 'usr/lib/quorate', program), `#!/bin/sh\n`, { mode: 0o755 });
  mkdirSync(join(tree, 'DEBIAN'));
  const needs = depends && `Depends: ${depends}\n`;
  const fields = `Package: ${name}\nVersion: ${version}\nArchitecture: all\n${needs}Maintainer: N <n@n.invalid>\n`;
  writeFileSync(join(tree, 'DEBIAN/control'), `${fields}Description: for tests\n`);
  for (const script of ['postinst', 'prerm', 'postrm']) {
    copyFileSync(join(scripts, script), join(tree, 'DEBIAN', script));
    chmodSync(join(tree, 'DEBIAN', script), 0o755);
  }
  const file = join(scratch, `${name}_${version}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '--build', tree, file]);
  return readFileSync(file);
}

const wanted = (content: Buffer) => ({
  ...{ name: 'q9.lab', file: 'quorate.deb', version: '1.2.3', content },
  remoteProgram: join(directory(), 'quorate'),
  read: async (program: string) => `#!/bin/sh\n# ${program}\n`,
});
const status = (): string =>
  spawnSync(join(bin(), 'dpkg-query'), ['-W', '-f=${db:Status-Status} ${Version}', 'quorate'], {
    encoding: 'utf8',
  }).stdout;
const run: RunCommand = (program, args, options) => runCommand(join(bin(), program), args, options);
const takeAway = () => removeBroughtPrograms({ files: diskFiles, run, directory: directory(), apart: false });

/** What is not dpkg's own. */
const filesThere = (): readonly string[] =>
  readdirSync(root(), { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root().length))
    .filter((path) => !path.startsWith('/var/lib/dpkg/') && !path.startsWith('/var/log/'));

describe.skipIf(why !== '')(`a package that is brought${why}`, () => {
  it('is installed, with its record, and taken away to the last file', async () => {
    expect(await bringPackage(session, wanted(packageOf()))).toBe(true);
    expect(status()).toBe('installed 1.2.3');
    expect(readdirSync(directory()).sort()).toEqual([...programNames, installedProgramsFile].sort());
    expect(await bringPackage(session, wanted(packageOf()))).toBe(false);

    expect(await takeAway()).toEqual([...programNames]);
    expect([status(), filesThere(), existsSync(directory())]).toEqual(['', [], false]);
    expect(await takeAway()).toEqual([]);
  });

  it('is taken away where its installation broke off, too', async () => {
    await bringPackage(session, wanted(packageOf()));
    expect(spawnSync(join(bin(), 'dpkg'), ['--unpack', join(scratch, 'quorate_1.2.3.deb')]).status).toBe(0);
    expect(status()).toBe('unpacked 1.2.3');
    expect(await takeAway()).toEqual([...programNames]);
    expect([status(), filesThere()]).toEqual(['', []]);
  });

  it('stays where another version was installed over it, and is nobody’s to take away then', async () => {
    await bringPackage(session, wanted(packageOf()));
    writeFileSync(join(scratch, 'newer.deb'), packageOf({ version: '1.3.0' }));
    expect(spawnSync(join(bin(), 'dpkg'), ['--install', join(scratch, 'newer.deb')]).status).toBe(0);
    expect(await takeAway()).toEqual([]);
    expect(status()).toBe('installed 1.3.0');
    expect(readdirSync(directory()).sort()).toEqual([...programNames].sort());
  });

  it.each([
    [{ version: '1.2.4' }, 'WRONG_INPUT', /^quorate.deb is quorate 1.2.4; this host runs quorate 1.2.3$/],
    [{ name: 'quorum' }, 'WRONG_INPUT', /^quorate.deb is quorum 1.2.3; this host runs quorate 1.2.3$/],
    [{ depends: 'time-machine' }, 'HOST_UNFIT', /^The package cannot be installed on q9.lab: .*time-machine/],
  ])('is not, and leaves nothing, if it is %j', async (made, reason, message) => {
    const brought = bringPackage(session, wanted(packageOf(made)));
    await expect(brought).rejects.toMatchObject({
      reason,
      message: expect.stringMatching(message),
    });
    expect([status(), filesThere(), existsSync(directory())]).toEqual(['', [], false]);
  });

  it('is not, and leaves nothing, if it is damaged', async () => {
    const damaged = packageOf().subarray(0, 300);
    await expect(bringPackage(session, wanted(damaged))).rejects.toMatchObject({
      reason: 'WRONG_INPUT',
      message: expect.stringMatching(/^quorate.deb cannot be read as a Debian package: ./),
    });
    expect([filesThere(), existsSync(directory())]).toEqual([[], false]);
  });

  it('is not where it is installed already without its programs', async () => {
    await bringPackage(session, wanted(packageOf()));
    rmSync(join(directory(), 'quorate'));
    rmSync(join(directory(), installedProgramsFile));
    await expect(bringPackage(session, wanted(packageOf()))).rejects.toMatchObject({
      reason: 'HOST_UNFIT',
      message: 'The package quorate is installed on q9.lab, without its programs',
    });
    expect(readdirSync(directory()).sort()).toEqual(['quorate-masterd', 'quorate-noded']);
  });

  it('gives way to the programs alone on a host that takes no packages', async () => {
    await disconnect();
    const poor = join(scratch, 'poor');
    mkdirSync(poor);
    writeFileSync(join(poor, 'node'), `#!/bin/sh\nexec ${process.execPath} "$@"\n`, { mode: 0o755 });
    await connect(poor);
    expect(await bringPackage(session, wanted(packageOf()))).toBe(true);
    expect(readFileSync(join(directory(), 'quorate'), 'utf8')).toBe('#!/bin/sh\n# quorate\n');
    expect(status()).toBe('');
    expect(await takeAway()).toEqual([...programNames]);
    expect(filesThere()).toEqual([]);
  });
});

describe.skipIf(why !== '')(`the list of packages${why}`, () => {
  it('that others have locked for a moment is waited for', async () => {
    await bringPackage(session, wanted(packageOf()));
    let refusals = 3;
    const busy: RunCommand = (program, args, options) =>
      program === 'dpkg' && refusals-- > 0
        ? Promise.resolve({ code: 2, signal: null, stdout: '', stderr: 'dpkg: error: locked' })
        : run(program, args, options);
    const parts = { files: diskFiles, run: busy, directory: directory(), apart: false };
    expect(await removeBroughtPrograms(parts)).toEqual([...programNames]);
    expect([refusals, status()]).toEqual([-1, '']);
  });

  it('that will not be changed keeps package and record, and the error says what to type', async () => {
    await bringPackage(session, wanted(packageOf()));
    const refusing: RunCommand = (program, args, options) =>
      program === 'dpkg'
        ? Promise.resolve({ code: 1, signal: null, stdout: '', stderr: 'another package needs it' })
        : run(program, args, options);
    const parts = { files: diskFiles, run: refusing, directory: directory(), apart: false };
    await expect(removeBroughtPrograms(parts)).rejects.toMatchObject({
      reason: 'COMMAND_FAILED',
      message: expect.stringContaining('another package needs it'),
      hint: 'dpkg --purge quorate takes it away',
    });
    expect(await takeAway()).toEqual([...programNames]);
  });

  it('is changed by systemd on its own where the daemon itself asks, whom the package’s scripts would end', async () => {
    await bringPackage(session, wanted(packageOf()));
    const asked: string[] = [];
    const noting: RunCommand = (program, args, options) => {
      asked.push([program, ...args].join(' '));
      const done = { code: 0, signal: null, stdout: '', stderr: '' };
      return program === 'systemd-run' ? Promise.resolve(done) : run(program, args, options);
    };
    const parts = { files: diskFiles, run: noting, directory: directory(), apart: true };
    expect(await removeBroughtPrograms(parts)).toEqual([...programNames]);
    expect(asked.at(-1)).toMatch(/^systemd-run .*--no-block .*dpkg --purge quorate$/);
    // The package's own scripts take it.
    expect(existsSync(join(directory(), installedProgramsFile))).toBe(true);
  });
});
