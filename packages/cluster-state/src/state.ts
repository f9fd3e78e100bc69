/**
 * What every function of this package works on: a way to reach files, and where they lie.
 *
 * The stores beside it know what the files say.
 */
import type { Files } from '@quorate/platform/files';
import type { Layout, LayoutEntry } from './layout.ts';

export interface State {
  readonly files: Files;
  readonly layout: Layout;
}

/** Makes our directories, or corrects their modes. */
export async function ensureDirectories({ files, layout }: State): Promise<void> {
  for (const { path, mode } of ownDirectories(layout)) await files.ensureDirectory(path, mode);
}

/** Parents before children. The administrator's settings directory is not ours to make. */
export const ownDirectories = ({
  dataDirectory,
  backupDirectory,
  runDirectory,
  socketDirectory,
  logDirectory,
}: Layout): readonly LayoutEntry[] => [
  dataDirectory,
  backupDirectory,
  runDirectory,
  socketDirectory,
  logDirectory,
];

/**
 * Makes the file have this text and this mode, and says whether it had to be written. What is right already is
 * not written again: a fsync costs more than a read, and the set of views has dozens of files.
 */
export async function ensureText({ files }: State, entry: LayoutEntry, text: string): Promise<boolean> {
  const before = await files.readText(entry.path);
  if (before === text && (await files.stat(entry.path))?.mode === entry.mode) return false;
  await files.writeAtomic(entry.path, text, { mode: entry.mode });
  return true;
}
