/**
 * Directories that are made for a cluster, its own and those for storage; each is noted before it is made, so that
 * it can be taken away again.
 *
 * Counterpart in Ganeti: lib/tools/ensure_dirs.py, Makedirs of lib/utils/io.py, which remember nothing.
 */
import type { LayoutEntry } from './layout.ts';
import { noHostChanges, noteHostChange, readHostChanges, writeHostChanges } from './host-change-record.ts';
import { ownDirectories, type State } from './state.ts';

/** A directory to be made, or whose mode has to be another. */
interface PlannedDirectory extends LayoutEntry {
  readonly modeBefore: number | null;
}

/**
 * Makes our directories, or corrects their modes, and begins the record of changes. May be repeated. The data
 * directory is made before there is a record: whoever is killed just then leaves it empty and unrecorded.
 */
export async function ensureOwnDirectories(state: State): Promise<void> {
  if ((await readHostChanges(state)) === undefined) await beginRecord(state);
  const planned = await planDirectories(state, ownDirectories(state.layout));
  await makeNoted(state, planned);
}

/** What exists stays as it is (BEH-219), except what an interrupted attempt made. May be repeated. */
export async function ensureHostDirectories(state: State, entries: readonly LayoutEntry[]): Promise<void> {
  const noted = new Set((await readHostChanges(state))?.directories.map(({ path }) => path));
  const planned = await planDirectories(state, entries);
  await makeNoted(
    state,
    planned.filter(({ path, modeBefore }) => modeBefore === null || noted.has(path)),
  );
}

async function beginRecord(state: State): Promise<void> {
  const planned = await planDirectories(state, [state.layout.dataDirectory]);
  try {
    for (const { path, mode } of planned) await state.files.ensureDirectory(path, mode);
    await writeHostChanges(state, { ...noHostChanges, directories: planned.map(noteOf) });
  } catch (caught) {
    await takeBackDirectories(state, planned).catch(() => undefined);
    throw caught;
  }
}

async function makeNoted(state: State, planned: readonly PlannedDirectory[]): Promise<void> {
  const { directories } = (await readHostChanges(state)) ?? noHostChanges;
  const noted = new Set(directories.map(({ path }) => path));
  const news = planned.filter(({ path }) => !noted.has(path));
  if (news.length > 0) await noteHostChange(state, { directories: [...directories, ...news.map(noteOf)] });
  for (const { path, mode } of planned) await state.files.ensureDirectory(path, mode);
}

const noteOf = ({ path, modeBefore }: PlannedDirectory) => ({ path, modeBefore });

/** Missing ones above them get 0755. What is in the way and no directory is met when it is to be made. */
async function planDirectories(
  { files }: State,
  entries: readonly LayoutEntry[],
): Promise<readonly PlannedDirectory[]> {
  const planned = new Map<string, PlannedDirectory>();
  for (const { path, mode } of entries)
    for (const each of wayTo(path)) {
      if (planned.has(each)) continue;
      const found = await files.stat(each);
      const wanted = each === path ? mode : 0o755;
      if (found === undefined) planned.set(each, { path: each, mode: wanted, modeBefore: null });
      else if (each === path && found.kind !== 'directory') await files.ensureDirectory(each, mode);
      else if (each === path && found.mode !== mode)
        planned.set(each, { path: each, mode, modeBefore: found.mode });
    }
  return [...planned.values()];
}

/** The path and those above it but the root, from the outermost. */
const wayTo = (path: string): readonly string[] => {
  const words = path.split('/').filter((word) => word !== '');
  return words.map((_, index) => `/${words.slice(0, index + 1).join('/')}`);
};

/** Those that were made go if they are empty, the others get their mode again; the last first. May be repeated. */
export async function takeBackDirectories(
  { files }: State,
  directories: readonly { readonly path: string; readonly modeBefore: number | null }[],
): Promise<void> {
  for (const { path, modeBefore } of directories.toReversed())
    if (modeBefore === null) await files.removeEmptyDirectory(path);
    else if ((await files.stat(path))?.kind === 'directory') await files.ensureDirectory(path, modeBefore);
}
