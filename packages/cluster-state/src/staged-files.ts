/**
 * Files that belong together and are put in place together: all are written apart first, then given their names in a
 * fixed order, the one that says that the rest is complete last.
 *
 * While that goes on the last one is not there, so that nobody takes a mixture for a whole; a reader finds nothing, or
 * everything. What was there before is kept until the end, and comes back if a step is refused. After a crash the same
 * is begun again.
 *
 * Counterpart in Ganeti: tools/node-daemon-setup, which writes into place one by one (spec J5).
 */
import type { LayoutEntry } from './layout.ts';
import { ensureText, type State } from './state.ts';

export interface StagedFile {
  readonly entry: LayoutEntry;
  readonly text: string;
}

const nameOf = ({ path }: LayoutEntry): string => path.slice(path.lastIndexOf('/') + 1);
const stagedAs = ({ layout }: State, entry: LayoutEntry): string =>
  `${layout.stagingDirectory.path}/new.${nameOf(entry)}`;
const formerOf = ({ layout }: State, entry: LayoutEntry): LayoutEntry => ({
  path: `${layout.stagingDirectory.path}/former.${nameOf(entry)}`,
  mode: entry.mode,
});

/** Everything on disk, nothing in use; what an earlier try staged is gone. */
export async function stageFiles(state: State, staged: readonly StagedFile[]): Promise<void> {
  const { files, layout } = state;
  await removeStaged(state);
  await files.ensureDirectory(layout.stagingDirectory.path, layout.stagingDirectory.mode);
  for (const { entry, text } of staged)
    await files.writeAtomic(stagedAs(state, entry), text, { mode: entry.mode });
}

/** In this order, the last entry last. When it fails, what was there before is there again. */
export async function putInPlace(state: State, entries: readonly LayoutEntry[]): Promise<void> {
  const former = await keepFormer(state, entries);
  const last = entries.at(-1);
  try {
    if (last) await state.files.remove(last.path);
    for (const entry of entries) await state.files.rename(stagedAs(state, entry), entry.path);
  } catch (caught) {
    await bringBack(state, entries, former);
    throw caught;
  }
}

type Former = ReadonlyMap<LayoutEntry, string>;

async function keepFormer(state: State, entries: readonly LayoutEntry[]): Promise<Former> {
  const former = new Map<LayoutEntry, string>();
  for (const entry of entries) {
    const text = await state.files.readText(entry.path);
    if (text === undefined) continue;
    former.set(entry, text);
    await ensureText(state, formerOf(state, entry), text);
  }
  return former;
}

async function bringBack(state: State, entries: readonly LayoutEntry[], former: Former): Promise<void> {
  for (const entry of entries) {
    const text = former.get(entry);
    if (text === undefined) await state.files.remove(entry.path);
    else await ensureText(state, entry, text);
  }
}

/** Nothing staged, nothing kept. May be repeated. */
export async function removeStaged({ files, layout }: State): Promise<void> {
  const directory = layout.stagingDirectory.path;
  for (const name of await files.list(directory)) await files.remove(`${directory}/${name}`);
  await files.removeEmptyDirectory(directory);
}
