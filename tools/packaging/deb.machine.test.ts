/**
 * The Debian package as it is built: what is in it, that it is the same each time, and what it leaves on a root made
 * for it, by Debian's own programs.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isInstalled } from '../../test/lab/packages.ts';
import { bundledLibraries } from './libraries.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const command = join(project, 'tools/packaging/deb');
const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string };
const packageName = `quorate_${version}_all.deb`;
const missing = ['dpkg', 'dpkg-deb', 'deb-systemd-helper'].filter((program) => !isInstalled(program));
const missingHere = missing.length > 0 ? ` (skipped: ${missing.join(', ')} not installed)` : '';

const run = (program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, ...env } });
const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

let scratch: string;
let file: string;
let built: ReturnType<typeof run>;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'quorate-package-'));
  if (missing.length > 0) return;
  built = run(command, ['--to', join(scratch, 'one')]);
  file = join(scratch, 'one', packageName);
}, 120_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.skipIf(missing.length > 0)(`the Debian package${missingHere}`, () => {
  const field = (name: string): string =>
    execFileSync('dpkg-deb', ['-f', file, name], { encoding: 'utf8' }).trim();

  it('is told of with its digest', () =>
    expect([built.status, built.stdout]).toEqual([0, `${digest(file)}  ${file}\n`]));

  it('is the same whoever builds it, with another mask and in another zone', () => {
    const again = ['-c', `umask 077; exec "$0" --to "$1"`, command, join(scratch, 'two')];
    expect(run('sh', again, { TZ: 'Asia/Tokyo', LC_ALL: 'C' }).status).toBe(0);
    expect(digest(join(scratch, 'two', packageName))).toBe(digest(file));
    const dated = { SOURCE_DATE_EPOCH: '1000000000' };
    expect(run(command, ['--to', join(scratch, 'three')], dated).status).toBe(0);
    expect(run('dpkg-deb', ['-c', join(scratch, 'three', packageName)], { TZ: 'UTC' }).stdout).toMatch(
      /2001-09-09 01:46 \.\/usr\/lib\/quorate\/quorate$/m,
    );
  });

  it('says what it is, and what it needs', () => {
    expect(['Package', 'Version', 'Architecture', 'Depends', 'Recommends'].map(field)).toEqual([
      'quorate',
      version,
      'all',
      'nodejs (>= 20.19), iproute2, openssh-client',
      'iputils-arping, libndp-tools',
    ]);
    expect(Number(field('Installed-Size'))).toBeGreaterThan(5_000);
  });

  it('holds these files, of root, with these modes', () => {
    const listing = run('dpkg-deb', ['-c', file]).stdout.trimEnd().split('\n');
    const rows = listing.map((line) => {
      const [mode = '', owner = '', , , , ...path] = line.split(/ +/);
      return `${mode} ${owner} ${path.join(' ')}`;
    });
    expect(rows.filter((row) => !row.startsWith('d')).sort()).toEqual(
      [
        '-rwxr-xr-x root/root ./usr/lib/quorate/quorate',
        '-rwxr-xr-x root/root ./usr/lib/quorate/quorate-masterd',
        '-rwxr-xr-x root/root ./usr/lib/quorate/quorate-noded',
        '-rw-r--r-- root/root ./usr/lib/systemd/system/quorate-master.target',
        '-rw-r--r-- root/root ./usr/lib/systemd/system/quorate-masterd.service',
        '-rw-r--r-- root/root ./usr/lib/systemd/system/quorate-noded.service',
        '-rw-r--r-- root/root ./usr/share/doc/quorate/README.md',
        '-rw-r--r-- root/root ./usr/share/doc/quorate/changelog.gz',
        '-rw-r--r-- root/root ./usr/share/doc/quorate/copyright',
        'lrwxrwxrwx root/root ./usr/bin/quorate -> ../lib/quorate/quorate',
        'lrwxrwxrwx root/root ./usr/sbin/quorate-masterd -> ../lib/quorate/quorate-masterd',
        'lrwxrwxrwx root/root ./usr/sbin/quorate-noded -> ../lib/quorate/quorate-noded',
      ].sort(),
    );
    expect(
      rows.filter((row) => row.startsWith('d')).every((row) => row.startsWith('drwxr-xr-x root/root')),
    ).toBe(true);
  });

  it('is not built if the changelog knows nothing of the release', () => {
    const copy = join(scratch, 'copy');
    mkdirSync(copy);
    for (const name of ['tools', 'test', 'package.json', 'README.md'])
      execFileSync('cp', ['-r', join(project, name), copy]);
    for (const name of ['node_modules', 'dist']) symlinkSync(join(project, name), join(copy, name));
    writeFileSync(
      join(copy, 'package.json'),
      '{"version":"9.9.9","engines":{"node":">=20.19.0"},"type":"module"}',
    );
    const main = ['--import', 'tsx', join(copy, 'tools/packaging/main.ts'), '--to', join(scratch, 'never')];
    const { status, stderr } = spawnSync(process.execPath, main, { encoding: 'utf8', cwd: copy });
    expect([status, stderr]).toEqual([
      1,
      `tools/packaging/deb: the newest entry of debian/changelog is of ${version}, package.json has 9.9.9: add an entry\n`,
    ]);
    expect(existsSync(join(scratch, 'never'))).toBe(false);
  });

  it('is not built, in one clear line, where there is no dpkg-deb, or by other words', () => {
    const bin = join(scratch, 'bin');
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, 'node'));
    const without = spawnSync(
      join(bin, 'node'),
      ['--import', 'tsx', 'tools/packaging/main.ts', '--to', join(scratch, 'never')],
      { encoding: 'utf8', cwd: project, env: { PATH: bin } },
    );
    expect([without.status, without.stderr]).toEqual([
      1,
      'tools/packaging/deb: dpkg-deb is not installed here; the package dpkg has it\n',
    ]);
    expect(readdirSync(join(scratch, 'never'))).toEqual([]);
    const wrong = run(command, ['--too', 'far']);
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining("'--too'")]);
  });

  it('names every library that is within the programs, with its licence', () => {
    const tree = join(scratch, 'documents');
    execFileSync('dpkg-deb', ['-x', file, tree]);
    const copyright = readFileSync(join(tree, 'usr/share/doc/quorate/copyright'), 'utf8');
    const programs = ['quorate', 'quorate-noded', 'quorate-masterd'].map((name) =>
      readFileSync(join(tree, 'usr/lib/quorate', name), 'utf8'),
    );
    const libraries = bundledLibraries(programs);
    expect(libraries).toEqual(expect.arrayContaining(['@grpc/grpc-js', 'node-forge', 'ssh2', 'commander']));
    for (const name of libraries) expect(copyright).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+`, 'm'));
  });
});

/** An empty host, as far as dpkg needs one; its scripts run out here and are told the root. */
function makeRoot(name: string): string {
  const root = join(scratch, name);
  for (const directory of ['var/lib/dpkg/info', 'var/lib/dpkg/updates', 'var/log', 'usr/lib', 'etc'])
    mkdirSync(join(root, directory), { recursive: true });
  writeFileSync(join(root, 'var/lib/dpkg/status'), '');
  return root;
}
// What it depends on is installed out here, and not in there.
const dpkg = (root: string, ...args: string[]) =>
  run('dpkg', [`--root=${root}`, '--force-depends', '--force-script-chrootless', ...args], { LC_ALL: 'C' });

const filesUnder = (root: string): readonly string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .filter((path) => !path.startsWith('/var/lib/dpkg/'))
    .sort();

const isRoot = process.getuid?.() === 0;
const unfit = missing.length > 0 || !isRoot;
const unfitHere = missingHere || (isRoot ? '' : ' (skipped: not root)');

describe.skipIf(unfit)(`the package on a host${unfitHere}`, () => {
  const wants = '/etc/systemd/system/multi-user.target.wants';

  it('brings programs that run and units that are enabled, and takes all of it away, the state of a node excepted', () => {
    const root = makeRoot('host');
    expect(dpkg(root, '--install', file).status).toBe(0);
    for (const program of ['usr/bin/quorate', 'usr/sbin/quorate-noded', 'usr/sbin/quorate-masterd']) {
      const { status, stdout } = run(join(root, program), ['--version']);
      expect([program, status, stdout]).toEqual([program, 0, `${version}\n`]);
    }
    expect(dpkg(root, '--verify', 'quorate')).toMatchObject({ status: 0, stdout: '' });
    for (const unit of ['quorate-noded.service', 'quorate-masterd.service'])
      expect(readlinkSync(join(root, wants, unit))).toBe(`/usr/lib/systemd/system/${unit}`);

    mkdirSync(join(root, 'var/lib/quorate'));
    writeFileSync(join(root, 'var/lib/quorate/node.pem'), 'secret');
    writeFileSync(join(root, 'usr/lib/quorate/quorate.installed.json'), '{}');
    const removed = dpkg(root, '--remove', 'quorate');
    expect([removed.status, removed.stderr]).toEqual([
      0,
      expect.stringContaining('this host is still a node of a cluster'),
    ]);
    expect(filesUnder(root)).toEqual(['/var/lib/quorate/node.pem']);
    expect(existsSync(join(root, 'usr/lib/quorate'))).toBe(false);

    expect(dpkg(root, '--install', file).status).toBe(0);
    expect(lstatSync(join(root, wants, 'quorate-noded.service')).isSymbolicLink()).toBe(true);
    const purged = dpkg(root, '--purge', 'quorate');
    expect([purged.status, purged.stderr]).toEqual([0, expect.stringContaining('/var/lib/quorate stays')]);
    expect(filesUnder(root)).toEqual(['/var/lib/quorate/node.pem']);
  });

  it('leaves units disabled that the administrator has disabled, when it is installed over itself', () => {
    const root = makeRoot('disabled');
    expect(dpkg(root, '--install', file).status).toBe(0);
    rmSync(join(root, wants, 'quorate-masterd.service'));
    expect(dpkg(root, '--install', file).status).toBe(0);
    expect(existsSync(join(root, wants))).toBe(true);
    expect(readdirSync(join(root, wants))).toEqual(['quorate-noded.service']);
  });
});

const analyzer = isInstalled('systemd-analyze') ? '' : ' (skipped: systemd-analyze not installed)';

describe.skipIf(missing.length > 0)('the units', () => {
  const units = ['quorate-noded.service', 'quorate-masterd.service', 'quorate-master.target'];
  let tree: string;
  const unit = (name: string): string => readFileSync(join(tree, 'usr/lib/systemd/system', name), 'utf8');
  beforeAll(() => {
    tree = join(scratch, 'units');
    execFileSync('dpkg-deb', ['-x', file, tree]);
  });

  it.each(['noded', 'masterd'])(
    'of quorate-%s start it in a cluster only, and take its word that it is ready',
    (name) => {
      const text = unit(`quorate-${name}.service`);
      for (const line of [
        'ConditionPathExists=/var/lib/quorate/node.pem',
        'Type=notify',
        'NotifyAccess=all',
        `ExecStart=/usr/lib/quorate/quorate-${name}`,
        'Restart=on-failure',
        'WantedBy=multi-user.target',
      ])
        expect(text.split('\n')).toContain(line);
      // What a hook mounts is for the whole host.
      expect(text).not.toMatch(/^(Protect|Private|ReadOnly|ReadWrite|Inaccessible|Mount|TemporaryFile)\w*=/m);
      expect(text).not.toMatch(
        /^CapabilityBoundingSet=~.*CAP_(NET_ADMIN|NET_RAW|SYS_ADMIN|DAC_OVERRIDE|KILL)/m,
      );
    },
  );

  it.skipIf(analyzer !== '')(`are understood by systemd${analyzer}`, () => {
    const place = join(scratch, 'understood');
    mkdirSync(place);
    for (const name of units)
      writeFileSync(join(place, name), unit(name).replace('ExecStart=/usr', `ExecStart=${tree}/usr`));
    chmodSync(place, 0o755);
    const { status, stdout, stderr } = run('systemd-analyze', [
      'verify',
      '--man=no',
      ...units.map((name) => join(place, name)),
    ]);
    expect([status, stdout, stderr.split('\n').filter((line) => line.includes('quorate'))]).toEqual([
      0,
      '',
      [],
    ]);
  });
});
