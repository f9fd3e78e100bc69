/**
 * The few things this product does to files, each in the one way that survives a crash.
 *
 * Nothing here knows paths or contents; cluster-state does. The in-memory twin is testing/files.ts, held to the same
 * behaviour by one set of tests. What the system refuses becomes COMMAND_FAILED with the path and the system's code.
 *
 * Counterpart in Ganeti: lib/utils/io.py, WriteFile.
 */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MachineError, messageOf, systemCode } from './machine-error.ts';

export interface FileFacts {
  /** Permission bits, at most 0o7777. */
  readonly mode: number;
  readonly size: number;
  readonly kind: 'file' | 'directory' | 'socket' | 'other';
  /** User number of the owner. */
  readonly owner: number;
  /** When its content was last changed, by the wall clock, ms since 1970. */
  readonly modifiedMs: number;
}

/** User number of whoever runs this program, who owns what it writes. */
export const ownUser = (): number => process.getuid?.() ?? 0;

export interface Files {
  /** The whole file as UTF-8, undefined if it is absent. */
  readText(path: string): Promise<string | undefined>;
  /**
   * Replaces the file so that a reader, or the machine after a power cut, finds the old text or the new one and nothing
   * between; `mode` holds from the first instant. The directory must exist.
   */
  writeAtomic(path: string, text: string, options: { readonly mode: number }): Promise<void>;
  /** Deletes a file, socket or link; absent is fine. Durable when it resolves. */
  remove(path: string): Promise<void>;
  /** Names in the directory, sorted; none if it is absent. */
  list(directory: string): Promise<readonly string[]>;
  /** Follows links; undefined if absent. */
  stat(path: string): Promise<FileFacts | undefined>;
  /** Makes the directory with this mode, whatever the umask, or corrects the mode; missing parents get 0755. */
  ensureDirectory(path: string, mode: number): Promise<void>;
  /** Gives a file or directory that exists this mode, and this program's user as owner. Refuses a link; keeps the content. */
  ensureMode(path: string, mode: number): Promise<void>;
  /** Adds the line and a newline and has them on disk when it resolves; a new file gets `mode`. */
  appendLine(path: string, line: string, options: { readonly mode: number }): Promise<void>;
  /**
   * Makes durable what a reader finds there now, be it that nothing is there. Whoever wrote it may have died, or
   * failed, between the rename and its sync.
   */
  sync(path: string): Promise<void>;
}

/** The error of a refused file operation, for the disk and for its twin. */
export const fileError = (doing: string, path: string, caught: unknown): MachineError =>
  new MachineError('COMMAND_FAILED', `Cannot ${doing} ${path}: ${messageOf(caught)}`, {
    facts: { path, code: systemCode(caught) ?? 'unknown' },
    cause: caught,
  });

async function orFileError<T>(doing: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (caught) {
    throw fileError(doing, path, caught);
  }
}

async function unlessAbsent<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (caught) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(caught) ?? '')) return undefined;
    throw caught;
  }
}

/** A file, or a directory: without it a rename or a removal in there may be undone by a power cut. */
export async function syncInode(path: string): Promise<void> {
  const handle = await fs.open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A single write may be short, on a full disk for one; the loop meets the error instead of losing the rest. */
async function writeFully(handle: fs.FileHandle, data: Uint8Array): Promise<void> {
  for (let done = 0; done < data.length;) {
    const { bytesWritten } = await handle.write(data, done, data.length - done);
    done += bytesWritten;
  }
}

/** Writes, syncs and closes. The mode is set again because the umask may have narrowed it at creation, never widened. */
async function fillNewFile(handle: fs.FileHandle, text: string, mode: number): Promise<void> {
  try {
    await handle.chmod(mode);
    await writeFully(handle, Buffer.from(text, 'utf8'));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const handle = await fs.open(temporary, 'wx', mode);
  try {
    await fillNewFile(handle, text, mode);
    await fs.rename(temporary, path);
  } catch (caught) {
    await fs.rm(temporary, { force: true });
    throw caught;
  }
  await syncInode(directory);
}

async function removeFile(path: string): Promise<void> {
  const removed = await unlessAbsent(async () => {
    await fs.unlink(path);
    return true;
  });
  if (removed) await syncInode(dirname(path));
}

async function makeDirectory(path: string, mode: number): Promise<void> {
  await fs.mkdir(dirname(path), { recursive: true, mode: 0o755 });
  try {
    await fs.mkdir(path, { mode });
    await syncInode(dirname(path));
  } catch (caught) {
    if (systemCode(caught) !== 'EEXIST') throw caught;
  }
  const found = await fs.stat(path);
  if (!found.isDirectory()) throw new Error('a file of this name is in the way');
  if ((found.mode & 0o7777) !== mode) await fs.chmod(path, mode);
}

/** By a handle, so that nobody can put a link in its place in between. */
async function correctMode(path: string, mode: number): Promise<void> {
  const handle = await fs.open(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  try {
    const found = await handle.stat();
    if (found.uid !== ownUser()) await handle.chown(ownUser(), process.getgid?.() ?? 0);
    if ((found.mode & 0o7777) !== mode) await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function appendToFile(path: string, line: string, mode: number): Promise<void> {
  const isNew = (await unlessAbsent(() => fs.stat(path))) === undefined;
  const handle = await fs.open(path, 'a', mode);
  try {
    if (isNew) await handle.chmod(mode);
    await writeFully(handle, Buffer.from(`${line}\n`, 'utf8'));
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (isNew) await syncInode(dirname(path));
}

/** The content first: a name that is certain must not lead to less than was read. */
async function syncFound(path: string): Promise<void> {
  await unlessAbsent(() => syncInode(path));
  await unlessAbsent(() => syncInode(dirname(path)));
}

function kindOf(stats: {
  isFile(): boolean;
  isDirectory(): boolean;
  isSocket(): boolean;
}): FileFacts['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSocket() ? 'socket' : 'other';
}

export const diskFiles: Files = {
  readText: (path) => orFileError('read', path, () => unlessAbsent(() => fs.readFile(path, 'utf8'))),
  writeAtomic: (path, text, { mode }) => orFileError('write', path, () => replaceFile(path, text, mode)),
  remove: (path) => orFileError('remove', path, () => removeFile(path)),
  list: (directory) =>
    orFileError('list', directory, async () =>
      ((await unlessAbsent(() => fs.readdir(directory))) ?? []).sort(),
    ),
  stat: (path) =>
    orFileError('inspect', path, async () => {
      const stats = await unlessAbsent(() => fs.stat(path));
      return (
        stats && {
          mode: stats.mode & 0o7777,
          size: stats.size,
          kind: kindOf(stats),
          owner: stats.uid,
          modifiedMs: stats.mtimeMs,
        }
      );
    }),
  ensureDirectory: (path, mode) => orFileError('make directory', path, () => makeDirectory(path, mode)),
  ensureMode: (path, mode) => orFileError('set the mode of', path, () => correctMode(path, mode)),
  appendLine: (path, line, { mode }) => orFileError('append to', path, () => appendToFile(path, line, mode)),
  sync: (path) => orFileError('sync', path, () => syncFound(path)),
};
