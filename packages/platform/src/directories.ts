/** Directories that are not ours: where a path leads. */
import { access, constants, lstat, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

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
