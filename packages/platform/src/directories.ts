/**
 * Directories that are not ours: where a path leads, making it, and taking back what was made.
 *
 * Counterpart in Ganeti: Makedirs of lib/utils/io.py.
 */
import { access, chmod, constants, lstat, mkdir, realpath, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileError, syncInode } from './files.ts';
import { systemCode } from './machine-error.ts';

export interface PathFacts {
  /** The path itself, or the nearest above it that exists; a link that leads nowhere does. */
  readonly existing: string;
  readonly existingIs: 'directory' | 'unwritable directory' | 'something else';
  /** The path with every link resolved, as far as it exists. */
  readonly realPath: string;
  /** Directories on the way, links followed, in which anyone may write. */
  readonly worldWritable: readonly string[];
}

/** Looks at an absolute path; what may not be looked at does not exist. */
export async function inspectPath(path: string): Promise<PathFacts> {
  const existing = await nearestExisting(path);
  const real = await realpath(existing).catch(() => existing);
  const onTheWay = new Set([...wayTo(existing), ...wayTo(real)]);
  const open = await Promise.all([...onTheWay].map(async (each) => ((await isOpen(each)) ? [each] : [])));
  return {
    existing,
    existingIs: await kindOf(existing),
    realPath: join(real, path.slice(existing.length)),
    worldWritable: open.flat(),
  };
}

async function nearestExisting(path: string): Promise<string> {
  const exists = await lstat(path).then(
    () => true,
    () => false,
  );
  return exists || path === '/' ? path : nearestExisting(dirname(path));
}

/** The directories above the path and itself, from the outermost. */
const wayTo = (path: string): readonly string[] => (path === '/' ? ['/'] : [...wayTo(dirname(path)), path]);

const isOpen = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory() && (found.mode & 0o002) !== 0,
    () => false,
  );

async function kindOf(path: string): Promise<PathFacts['existingIs']> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) return 'something else';
  return access(path, constants.W_OK | constants.X_OK).then(
    () => 'directory',
    () => 'unwritable directory',
  );
}

/**
 * Makes the directory with this mode, whatever the umask, and missing ones above it with 0755; what exists stays as it
 * is. Tells of each as soon as it is there, from the outermost, so that it can be taken back when a later one fails.
 */
export async function makeDirectory(path: string, mode: number, made: (path: string) => void): Promise<void> {
  const existing = await nearestExisting(path);
  const missing = wayTo(path).filter((each) => each.length > existing.length);
  try {
    for (const each of missing) await makeOne(each, each === path ? mode : 0o755, made);
    if (!(await stat(path)).isDirectory()) throw new Error('a file of this name is in the way');
  } catch (caught) {
    throw fileError('make directory', path, caught);
  }
}

/** If somebody else has made it meanwhile it is theirs, and nothing is told of it. */
async function makeOne(path: string, mode: number, made: (path: string) => void): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (caught) {
    if (systemCode(caught) === 'EEXIST') return;
    throw caught;
  }
  made(path);
  await chmod(path, mode);
  await syncInode(dirname(path));
}

/** Takes directories away, the last first. One that is not empty, or cannot be removed, stays. */
export async function removeEmptyDirectories(paths: readonly string[]): Promise<void> {
  for (const path of paths.toReversed()) await rmdir(path).catch(() => undefined);
}
