/**
 * The few things this product does to files, each in the one way that survives a crash.
 *
 * Nothing here knows paths or contents; cluster-state does. The in-memory twin is testing/files.ts, held to the same
 * behaviour by one set of tests. What the system refuses becomes COMMAND_FAILED with the path and the system's code.
 *
 * Counterpart in Ganeti: lib/utils/io.py, WriteFile.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
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
  /** The whole file, each byte one character (Latin-1), for texts of others in whatever encoding; undefined if absent. */
  readBytes(path: string): Promise<string | undefined>;
  /**
   * Replaces the file so that a reader, or the machine after a power cut, finds the old text or the new one and nothing
   * between; `mode` holds from the first instant. The directory must exist.
   */
  writeAtomic(path: string, text: string, options: { readonly mode: number }): Promise<void>;
  /**
   * Gives a file of somebody else's, which must exist, another text, as `readBytes` tells it; mode, owner and links to
   * the file stay. Atomic like `writeAtomic`, except where its name cannot be given to another file: a link, a mount
   * (the hosts file of a container), or an owner whom we cannot give a file. Durable when it resolves.
   */
  rewrite(path: string, bytes: string): Promise<void>;
  /** Gives a file, which must exist, another name, that of a file which it replaces perhaps. Durable when it resolves. */
  rename(from: string, to: string): Promise<void>;
  /** Deletes a file, socket or link; absent is fine. Durable when it resolves. */
  remove(path: string): Promise<void>;
  /** Names in the directory, sorted; none if it is absent. */
  list(directory: string): Promise<readonly string[]>;
  /** Follows links; undefined if absent. */
  stat(path: string): Promise<FileFacts | undefined>;
  /** Makes the directory with this mode, whatever the umask, or corrects the mode; missing parents get 0755. */
  ensureDirectory(path: string, mode: number): Promise<void>;
  /** Takes the directory away; absent, or not empty, or none: it stays. Durable when it resolves. */
  removeEmptyDirectory(path: string): Promise<void>;
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

/**
 * A whole small file at once, for an answer that somebody waits for in the middle of a handshake; undefined if it cannot
 * be read. Everywhere else `Files` is what to read with.
 */
export function readTextNow(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
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

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

interface NewFile {
  readonly data: Uint8Array;
  readonly mode: number;
  /** Ours if absent. */
  readonly owner?: Owner;
}

/** Writes, syncs and closes. The mode is set again because the umask may have narrowed it at creation, never widened. */
async function fillNewFile(handle: fs.FileHandle, { data, mode, owner }: NewFile): Promise<void> {
  try {
    if (owner) await handle.chown(owner.uid, owner.gid);
    await handle.chmod(mode);
    await writeFully(handle, data);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What a write that was killed leaves beside the file: its name, to be looked for. */
export const temporaryOf = (name: string): RegExp =>
  new RegExp(`^\\.${name.replaceAll(/[^\w-]/g, '\\$&')}\\.[0-9a-f]{12}\\.tmp$`);

async function replaceFile(path: string, file: NewFile): Promise<void> {
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const handle = await fs.open(temporary, 'wx', file.mode);
  try {
    await fillNewFile(handle, file);
    await fs.rename(temporary, path);
  } catch (caught) {
    await fs.rm(temporary, { force: true });
    throw caught;
  }
  await syncInode(directory);
}

/** A mount, a directory in which nothing can be made, an owner who is not ours to give. */
const notReplaceable: readonly unknown[] = ['EBUSY', 'EXDEV', 'EROFS', 'EACCES', 'EPERM'];

async function rewriteFile(path: string, data: Uint8Array): Promise<void> {
  const found = await fs.lstat(path);
  if (found.isSymbolicLink() || found.nlink > 1) return overwriteFile(path, data);
  const { mode, uid, gid } = found;
  try {
    await replaceFile(path, { data, mode: mode & 0o7777, owner: { uid, gid } });
  } catch (caught) {
    if (!notReplaceable.includes(systemCode(caught))) throw caught;
    await overwriteFile(path, data);
  }
}

async function overwriteFile(path: string, data: Uint8Array): Promise<void> {
  const handle = await fs.open(path, 'r+');
  try {
    await writeFully(handle, data);
    await handle.truncate(data.length);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** It is absent or could not exist, is no directory, holds something, or something is mounted on it. */
const staysThere: readonly unknown[] = [
  ...['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'],
  ...['ENOTEMPTY', 'EEXIST', 'EBUSY'],
];

async function removeIfEmpty(path: string): Promise<void> {
  try {
    await fs.rmdir(path);
  } catch (caught) {
    if (staysThere.includes(systemCode(caught))) return;
    throw caught;
  }
  await syncInode(dirname(path));
}

async function renameFile(from: string, to: string): Promise<void> {
  await fs.rename(from, to);
  for (const directory of new Set([dirname(to), dirname(from)])) await syncInode(directory);
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
  readBytes: (path) => orFileError('read', path, () => unlessAbsent(() => fs.readFile(path, 'latin1'))),
  writeAtomic: (path, text, { mode }) =>
    orFileError('write', path, () => replaceFile(path, { data: Buffer.from(text, 'utf8'), mode })),
  rewrite: (path, bytes) => orFileError('write', path, () => rewriteFile(path, Buffer.from(bytes, 'latin1'))),
  rename: (from, to) => orFileError('rename', from, () => renameFile(from, to)),
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
  removeEmptyDirectory: (path) => orFileError('remove directory', path, () => removeIfEmpty(path)),
  ensureMode: (path, mode) => orFileError('set the mode of', path, () => correctMode(path, mode)),
  appendLine: (path, line, { mode }) => orFileError('append to', path, () => appendToFile(path, line, mode)),
  sync: (path) => orFileError('sync', path, () => syncFound(path)),
};
