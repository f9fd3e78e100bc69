/**
 * What lies in the data directory: found before an init, deleted when a node leaves.
 *
 * Deleting takes exactly what the cluster put there, with its backups and what an interrupted write left; a
 * stranger's file stays, and is what a later init complains of.
 *
 * Counterpart in Ganeti: lib/backend.py, LeaveCluster; the leftovers check of lib/bootstrap.py.
 */
import { forgetAllJoins } from './join-record.ts';
import { installedEntries, type LayoutEntry } from './layout.ts';
import { removeStaged } from './staged-files.ts';
import type { State } from './state.ts';

/** Every file that must not be there when a cluster is made here. Directories do not count (init refuses none). */
export async function findLeftovers({ files, layout }: State): Promise<readonly string[]> {
  const directory = layout.dataDirectory.path;
  const paths = (await files.list(directory)).map((name) => `${directory}/${name}`);
  const facts = await Promise.all(
    paths.map(async (path) => ({ path, kind: (await files.stat(path))?.kind })),
  );
  return facts.filter(({ kind }) => kind !== 'directory').map(({ path }) => path);
}

/** Those that the cluster does not put there, nor a write that was cut short. */
export async function findForeignFiles(state: State): Promise<readonly string[]> {
  const { layout } = state;
  const own = new Set([...installedEntries(layout), layout.hostChanges].map(({ path }) => path));
  const cutShort = new Set(await findTemporaries(state));
  return (await findLeftovers(state)).filter((path) => !own.has(path) && !cutShort.has(path));
}

/** May be repeated, also after it was cut short: what tells the node who it is goes last. Those of `but` stay. */
export async function removeInstalledFiles(state: State, but: readonly LayoutEntry[] = []): Promise<void> {
  const { files, layout } = state;
  const backups = layout.backupDirectory.path;
  for (const name of await files.list(backups)) await files.remove(`${backups}/${name}`);
  await removeTemporaries(state);
  await removeStaged(state);
  await forgetAllJoins(state);
  for (const entry of installedEntries(layout)) if (!but.includes(entry)) await files.remove(entry.path);
}

/** What a write left that was killed before its rename; may hold a secret. For the start of a daemon as well. */
export async function removeTemporaries(state: State): Promise<void> {
  for (const path of await findTemporaries(state)) await state.files.remove(path);
}

async function findTemporaries({ files, layout }: State): Promise<readonly string[]> {
  const directory = layout.dataDirectory.path;
  const own = new Set(
    [...installedEntries(layout), layout.hostChanges].map(({ path }) => path.slice(directory.length + 1)),
  );
  return (await files.list(directory))
    .filter((name) => own.has(/^\.(.+)\.[0-9a-f]{12}\.tmp$/.exec(name)?.[1] ?? ''))
    .map((name) => `${directory}/${name}`);
}
