/**
 * What the Debian package puts where: one table, laid out below a directory for dpkg-deb to pack.
 *
 * The programs lie together, because each looks for the others beside itself; what people type are links to them.
 * Owners are root by dpkg-deb, modes are those of the table whatever the umask, times are all one.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundledLibraries, noticeOf } from './libraries.ts';

export interface Release {
  readonly version: string;
  /** Oldest version of Node.js, as Debian counts versions. */
  readonly node: string;
  /** Seconds since 1970: the time of everything in the package. */
  readonly epoch: number;
}

interface PackagedFile {
  /** Below the root. */
  readonly path: string;
  readonly mode: number;
  readonly content: Buffer;
}

export const programNames = ['quorate', 'quorate-noded', 'quorate-masterd'] as const;
const unitNames = ['quorate-noded.service', 'quorate-masterd.service', 'quorate-master.target'];
const scriptNames = ['postinst', 'prerm', 'postrm'];

const links: Readonly<Record<string, string>> = {
  'usr/bin/quorate': '../lib/quorate/quorate',
  'usr/sbin/quorate-noded': '../lib/quorate/quorate-noded',
  'usr/sbin/quorate-masterd': '../lib/quorate/quorate-masterd',
};

const documents = 'usr/share/doc/quorate';

function filesOf(project: string): readonly PackagedFile[] {
  const read = (...path: string[]): Buffer => readFileSync(join(project, ...path));
  const debian = (name: string): Buffer => read('tools', 'packaging', 'debian', name);
  const programs = programNames.map((name) => ({ name, content: read('dist', name) }));
  const libraries = bundledLibraries(programs.map(({ content }) => content.toString('utf8')));
  const notices = libraries.map((name) => noticeOf(join(project, 'node_modules', name)));
  const document = (name: string, content: Buffer): PackagedFile => ({
    path: `${documents}/${name}`,
    mode: 0o644,
    content,
  });
  return [
    ...programs.map(({ name, content }) => ({ path: `usr/lib/quorate/${name}`, mode: 0o755, content })),
    ...unitNames.map((name) => ({
      path: `usr/lib/systemd/system/${name}`,
      mode: 0o644,
      content: read('tools', 'packaging', 'units', name),
    })),
    document('README.md', read('README.md')),
    document('changelog.gz', gzipSync(debian('changelog'), { level: 9 })),
    document('copyright', Buffer.from([debian('copyright').toString('utf8'), ...notices].join('\n'))),
  ];
}

/** Lays the package out below `tree`, which is empty. */
export function layOut(tree: string, project: string, release: Release): void {
  const put = ({ path, mode, content }: PackagedFile): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
    chmodSync(join(tree, path), mode);
  };
  const files = filesOf(project);
  files.forEach(put);
  for (const [path, target] of Object.entries(links)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    symlinkSync(target, join(tree, path));
  }
  const debian = (name: string): Buffer => readFileSync(join(project, 'tools', 'packaging', 'debian', name));
  const control = (name: string, mode: number, content: Buffer | string): void =>
    put({ path: `DEBIAN/${name}`, mode, content: Buffer.from(content) });
  control('control', 0o644, filledIn(debian('control').toString('utf8'), release, files));
  control('md5sums', 0o644, files.map(md5Line).sort().join(''));
  for (const name of scriptNames) control(name, 0o755, debian(name));
  settle(tree, release.epoch);
}

const filledIn = (control: string, { version, node }: Release, files: readonly PackagedFile[]): string =>
  control
    .replace('@VERSION@', version)
    .replace('@NODE@', node)
    .replace('@SIZE@', String(Math.ceil(files.reduce((sum, { content }) => sum + content.length, 0) / 1024)));

/** The format is Debian's; `dpkg --verify` reads it. */
const md5Line = ({ path, content }: PackagedFile): string =>
  `${createHash('md5').update(content).digest('hex')}  ${path}\n`;

/** Directories last of what is in them: writing into one changes its time. */
function settle(path: string, epoch: number): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) settle(inside, epoch);
    else lutimesSync(inside, epoch, epoch);
  }
  chmodSync(path, 0o755);
  lutimesSync(path, epoch, epoch);
}
