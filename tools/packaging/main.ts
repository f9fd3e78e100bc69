/**
 * `tools/packaging/deb`: packs the three programs with their units as a Debian package.
 *
 * The same commit gives the same bytes: every time in the package is SOURCE_DATE_EPOCH, or that of the newest entry of
 * the changelog, and nothing depends on who builds it or where.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { complain, parseFlags, UsageError } from '../../test/usage.ts';
import { layOut, type Release } from './package-tree.ts';

const usage = `Usage: tools/packaging/deb [--to DIR]

Builds quorate_VERSION_all.deb from the programs in dist/, which are built first if they are older than their sources.
Needs dpkg-deb, which Debian and its descendants have, and others as a package named dpkg.

  --to DIR       where to put it (default: dist)
`;

const project = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What is printed to whoever ran this, without a stack. */
class BuildError extends Error {}

function readRelease(): Release {
  const { version, engines } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
    version: string;
    engines: { node: string };
  };
  const changelog = readFileSync(join(project, 'tools', 'packaging', 'debian', 'changelog'), 'utf8');
  const newest = /^quorate \((.+)\)/.exec(changelog)?.[1];
  if (newest !== version)
    throw new BuildError(
      `the newest entry of debian/changelog is of ${newest}, package.json has ${version}: add an entry`,
    );
  const node = engines.node.replace('>=', '').replace(/\.0$/, '');
  return { version, node, epoch: epochOf(changelog) };
}

function epochOf(changelog: string): number {
  const given = process.env['SOURCE_DATE_EPOCH'];
  if (given !== undefined && !/^\d+$/.test(given))
    throw new UsageError(`SOURCE_DATE_EPOCH takes seconds since 1970, not "${given}"`);
  if (given !== undefined) return Number(given);
  const written = Date.parse(/^ -- .*> {2}(.*)$/m.exec(changelog)?.[1] ?? '');
  if (Number.isNaN(written)) throw new BuildError('debian/changelog names no date');
  return written / 1000;
}

/** gzip, because its output is the same whatever number of processors there is. */
function pack(tree: string, file: string, epoch: number): void {
  const { status, stderr, error } = spawnSync(
    'dpkg-deb',
    ['--root-owner-group', '-Zgzip', '-z9', '--build', tree, file],
    { encoding: 'utf8', env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch), LC_ALL: 'C' } },
  );
  if (error && 'code' in error && error.code === 'ENOENT')
    throw new BuildError('dpkg-deb is not installed here; the package dpkg has it');
  if (error) throw error;
  if (status !== 0) throw new BuildError(`dpkg-deb ended with status ${status}: ${stderr.trim()}`);
}

/** Resolves to the file. Written beside its place and renamed, so that nobody installs half a package. */
function build(directory: string): string {
  const release = readRelease();
  const file = join(directory, `quorate_${release.version}_all.deb`);
  const unfinished = `${file}.${process.pid}.tmp`;
  const tree = mkdtempSync(join(tmpdir(), 'quorate-deb-'));
  mkdirSync(directory, { recursive: true });
  try {
    layOut(tree, project, release);
    pack(tree, unfinished, release.epoch);
    renameSync(unfinished, file);
  } finally {
    rmSync(tree, { recursive: true, force: true });
    rmSync(unfinished, { force: true });
  }
  return file;
}

function main(args: string[]): number {
  const { values } = parseFlags({
    args,
    options: {
      to: { type: 'string', default: 'dist' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const file = build(resolve(values.to));
  console.log(`${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${file}`);
  return 0;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) process.exitCode = complain('packaging/deb', error);
  else if (error instanceof BuildError) {
    console.error(`tools/packaging/deb: ${error.message}`);
    process.exitCode = 1;
  } else throw error;
}
