/**
 * Files in memory: the twin of ../files.ts. Directories must exist before they are written into, as on disk.
 *
 * It knows no owners and refuses nothing for lack of permission; the modes are kept so that tests can look at them.
 * It knows no power cuts either: what can be read is durable. Everything is as old as can be.
 */
import { dirname } from 'node:path';
import { fileError, ownUser, type FileFacts, type Files } from '../files.ts';

type Entry =
  { readonly kind: 'file'; text: string; mode: number } | { readonly kind: 'directory'; mode: number };

export interface MemoryFiles extends Files {
  /** Everything there is, files only, by path. */
  contents(): Readonly<Record<string, string>>;
}

/** As the system's own errors look, so that both twins are told apart by nobody. */
const refusal = (code: string, words: string) => Object.assign(new Error(`${code}: ${words}`), { code });
const isADirectory = () => refusal('EISDIR', 'illegal operation on a directory');
const notADirectory = () => refusal('ENOTDIR', 'not a directory');
const notThere = () => refusal('ENOENT', 'no such file or directory');

/** `initial` maps paths to texts; their directories exist (0755) and they have mode 0644. */
export function memoryFiles(initial: Readonly<Record<string, string>> = {}): MemoryFiles {
  const entries = new Map<string, Entry>([['/', { kind: 'directory', mode: 0o755 }]]);

  const makeParents = (path: string): void => {
    const parent = dirname(path);
    const found = entries.get(parent);
    if (found?.kind === 'file') throw notADirectory();
    if (found) return;
    makeParents(parent);
    entries.set(parent, { kind: 'directory', mode: 0o755 });
  };
  const parentMustExist = (path: string): void => {
    const parent = entries.get(dirname(path));
    if (!parent) throw notThere();
    if (parent.kind !== 'directory') throw notADirectory();
  };
  const fileAt = (path: string) => {
    const entry = entries.get(path);
    if (entry?.kind === 'directory') throw isADirectory();
    return entry;
  };
  const put = (path: string, text: string, mode: number): void => {
    parentMustExist(path);
    fileAt(path);
    entries.set(path, { kind: 'file', text, mode });
  };
  const append = (path: string, line: string, mode: number): void => {
    const before = fileAt(path);
    put(path, `${before?.text ?? ''}${line}\n`, before?.mode ?? mode);
  };
  const rename = (from: string, to: string): void => {
    const entry = fileAt(from);
    if (!entry) throw notThere();
    put(to, entry.text, entry.mode);
    if (from !== to) entries.delete(from);
  };
  const remove = (path: string): void => {
    if (fileAt(path)) entries.delete(path);
  };
  const rewrite = (path: string, bytes: string): void => {
    const before = fileAt(path);
    if (!before) throw notThere();
    put(path, Buffer.from(bytes, 'latin1').toString('utf8'), before.mode);
  };
  const removeIfEmpty = (path: string): void => {
    if (entries.get(path)?.kind === 'directory' && namesIn(path).length === 0) entries.delete(path);
  };
  const namesIn = (directory: string): string[] => {
    const inside = [...entries.keys()].filter((path) => path !== '/' && dirname(path) === directory);
    return inside.map((path) => path.slice(directory === '/' ? 1 : directory.length + 1)).sort();
  };
  const factsOf = (path: string): FileFacts | undefined => {
    const entry = entries.get(path);
    if (!entry) return undefined;
    const size = entry.kind === 'file' ? Buffer.byteLength(entry.text) : 0;
    return { mode: entry.mode, size, kind: entry.kind, owner: ownUser(), modifiedMs: 0 };
  };
  const makeDirectory = (path: string, mode: number): void => {
    makeParents(path);
    if (entries.get(path)?.kind === 'file') throw new Error('a file of this name is in the way');
    entries.set(path, { kind: 'directory', mode });
  };

  const setMode = (path: string, mode: number): void => {
    const entry = entries.get(path);
    if (!entry) throw notThere();
    entry.mode = mode;
  };

  for (const [path, text] of Object.entries(initial)) {
    makeParents(path);
    put(path, text, 0o644);
  }

  /** Like the disk: later, and with the same error. */
  const later = async <T>(doing: string, path: string, work: () => T): Promise<T> => {
    await Promise.resolve();
    try {
      return work();
    } catch (caught) {
      throw fileError(doing, path, caught);
    }
  };

  return {
    readText: (path) => later('read', path, () => fileAt(path)?.text),
    readBytes: (path) =>
      later('read', path, () => {
        const text = fileAt(path)?.text;
        return text === undefined ? undefined : Buffer.from(text, 'utf8').toString('latin1');
      }),
    rewrite: (path, bytes) => later('write', path, () => rewrite(path, bytes)),
    writeAtomic: (path, text, { mode }) => later('write', path, () => put(path, text, mode)),
    rename: (from, to) => later('rename', from, () => rename(from, to)),
    remove: (path) => later('remove', path, () => remove(path)),
    list: (directory) => later('list', directory, () => namesIn(directory)),
    stat: (path) => later('inspect', path, () => factsOf(path)),
    ensureDirectory: (path, mode) => later('make directory', path, () => makeDirectory(path, mode)),
    removeEmptyDirectory: (path) => later('remove directory', path, () => removeIfEmpty(path)),
    ensureMode: (path, mode) => later('set the mode of', path, () => setMode(path, mode)),
    appendLine: (path, line, { mode }) => later('append to', path, () => append(path, line, mode)),
    sync: (path) => later('sync', path, () => undefined),
    contents: () =>
      Object.fromEntries(
        [...entries].flatMap(([path, entry]) => (entry.kind === 'file' ? [[path, entry.text] as const] : [])),
      ),
  };
}
