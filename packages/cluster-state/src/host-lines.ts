/** Lines of ours in files of others: noted before they are written, and taken out again exactly. */
import { withHostsEntry, withOtherHost } from '@quorate/domain/hosts-file';
import { type ChangedText, takenBack } from '@quorate/domain/line-change';
import { temporaryOf } from '@quorate/platform/files';
import {
  type FileChange,
  noHostChanges,
  noteHostChange,
  readHostChanges,
  type TextFile,
} from './host-change-record.ts';
import { ensureHostDirectories } from './host-directories.ts';
import type { LayoutEntry } from './layout.ts';
import type { State } from './state.ts';

export interface NamedHost {
  readonly address: string;
  readonly name: string;
}

/** Makes the hosts file name this host (BEH-140) and these others, and no other by a line of ours. May be repeated. */
export async function ensureHostsEntries(
  state: State,
  own: NamedHost | undefined,
  others: readonly NamedHost[] = [],
): Promise<void> {
  const { hostsFile } = state.layout;
  const edits = [
    ...(own ? [(text: string) => withHostsEntry(text, own.address, own.name)] : []),
    ...others.map(
      ({ address, name }) =>
        (text: string) =>
          withOtherHost(text, address, name),
    ),
  ];
  if (edits.length > 0)
    await ensureHostDirectories(state, [{ path: placeOf(hostsFile.path).directory, mode: 0o755 }]);
  await ensureLines(state, 'hostsFile', hostsFile, edits);
}

/** Undefined if nothing has to be changed. */
type Edit = (text: string) => ChangedText | undefined;

/**
 * Has exactly the lines that these edits make: each is given the text without what was written earlier and with what
 * the edits before it made. A missing file is an empty text. Until the file is written both the old lines and the new
 * ones are on record, so that none can stay that nobody would take back.
 */
export async function ensureLines(
  state: State,
  name: TextFile,
  { path, mode }: LayoutEntry,
  edits: readonly Edit[],
): Promise<void> {
  const { files } = state;
  const noted = (await readHostChanges(state))?.[name] ?? [];
  const here = noted.filter((change) => change.path === path);
  const before = await files.readBytes(path);
  const without = withoutChanges(before ?? '', here);
  const edited = editedBy(without, edits);
  const created = before === undefined || (without !== before && here.some((change) => change.created));
  const wanted = edited.changes.map((change): FileChange => ({ ...change, path, created }));
  const isNew = edited.text !== (before ?? '');
  if (isNew) {
    await note(state, name, distinct([...noted, ...wanted]));
    if (created && edited.text === '') await files.remove(path);
    else if (before === undefined) await files.writeAtomic(path, edited.text, { mode });
    else await files.rewrite(path, edited.text);
  }
  await note(state, name, distinct([...noted.filter((change) => change.path !== path), ...wanted]));
}

function editedBy(text: string, edits: readonly Edit[]) {
  const changes: ChangedText['change'][] = [];
  for (const edit of edits) {
    const edited = edit(text);
    if (!edited) continue;
    changes.push(edited.change);
    text = edited.text;
  }
  return { text, changes };
}

/** The last change first, as the others were there when it was made. */
const withoutChanges = (text: string, changes: readonly FileChange[]): string =>
  changes.reduceRight(takenBack, text);

async function note(state: State, name: TextFile, changes: readonly FileChange[]): Promise<void> {
  const noted = ((await readHostChanges(state)) ?? noHostChanges)[name] ?? [];
  if (JSON.stringify(noted) !== JSON.stringify(changes)) await noteHostChange(state, { [name]: changes });
}

const distinct = (changes: readonly FileChange[]): readonly FileChange[] => [
  ...new Map(changes.map((change) => [JSON.stringify(change), change])).values(),
];

/** A file that we made and that holds nothing else is deleted. May be repeated. */
export async function takeBackLines(state: State, changes: readonly FileChange[]): Promise<void> {
  for (const path of new Set(changes.map((change) => change.path)))
    await takeBackIn(
      state,
      path,
      changes.filter((change) => change.path === path),
    );
}

async function takeBackIn(state: State, path: string, changes: readonly FileChange[]): Promise<void> {
  const { files } = state;
  await removeTemporariesOf(state, path);
  const text = await files.readBytes(path);
  if (text === undefined) return;
  const left = withoutChanges(text, changes);
  if (left === '' && changes.some((change) => change.created)) await files.remove(path);
  else if (left !== text) await files.rewrite(path, left);
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
