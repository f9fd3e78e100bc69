/** Lines of ours in files of others: noted before they are written, and taken out again exactly. */
import { withHostsEntry } from '@quorate/domain/hosts-file';
import { type ChangedText, takenBack } from '@quorate/domain/line-change';
import { temporaryOf } from '@quorate/platform/files';
import { type FileChange, noteHostChange, readHostChanges } from './host-change-record.ts';
import { ensureHostDirectories } from './host-directories.ts';
import type { LayoutEntry } from './layout.ts';
import type { State } from './state.ts';

/** Makes the hosts file name this host (BEH-140). May be repeated. */
export async function ensureHostsEntry(
  state: State,
  { address, name }: { readonly address: string; readonly name: string },
): Promise<void> {
  const { hostsFile } = state.layout;
  await ensureHostDirectories(state, [{ path: placeOf(hostsFile.path).directory, mode: 0o755 }]);
  await ensureLine(state, 'hostsFile', hostsFile, (text) => withHostsEntry(text, address, name));
}

/** `edit` is given the text without what an earlier attempt wrote; a missing file is an empty text. */
export async function ensureLine(
  state: State,
  name: 'hostsFile' | 'authorizedKeys',
  { path, mode }: LayoutEntry,
  edit: (text: string) => ChangedText | undefined,
): Promise<void> {
  const { files } = state;
  const noted = (await readHostChanges(state))?.[name];
  const before = await files.readBytes(path);
  const without = before !== undefined && noted ? takenBack(before, noted) : (before ?? '');
  const edited = edit(without);
  if (!edited || edited.text === before) return;
  const created = before === undefined || (without !== before && noted?.created === true);
  await noteHostChange(state, { [name]: { ...edited.change, path, created } });
  if (before === undefined) await files.writeAtomic(path, edited.text, { mode });
  else await files.rewrite(path, edited.text);
}

/** A file that we made and that holds nothing else is deleted. May be repeated. */
export async function takeBackLine(state: State, change: FileChange): Promise<void> {
  const { files } = state;
  await removeTemporariesOf(state, change.path);
  const text = await files.readBytes(change.path);
  if (text === undefined) return;
  const left = takenBack(text, change);
  if (change.created && left === '') await files.remove(change.path);
  else if (left !== text) await files.rewrite(change.path, left);
}

/** What a write to this path left that was killed. */
export async function removeTemporariesOf({ files }: State, path: string): Promise<void> {
  const { directory, name } = placeOf(path);
  const isLeft = temporaryOf(name);
  for (const each of await files.list(directory))
    if (isLeft.test(each)) await files.remove(`${directory}/${each}`);
}

function placeOf(path: string): { readonly directory: string; readonly name: string } {
  const end = path.lastIndexOf('/');
  return { directory: path.slice(0, end), name: path.slice(end + 1) };
}
