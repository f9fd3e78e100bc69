/**
 * What lies in the data directory: found before an init, deleted when a node leaves.
 *
 * Deleting takes exactly what the cluster put there, with its backups and what an interrupted write left; a
 * stranger's file stays, and is what a later init complains of.
 *
 * Counterpart in Ganeti: lib/backend.py, LeaveCluster; the leftovers check of lib/bootstrap.py.
 */
import { forgetAllJoins } from './join-record.ts';
import { installedEntries, layoutPaths, type Layout, type LayoutEntry } from './layout.ts';
import { removeStaged } from './staged-files.ts';
import { ownDirectories, type State } from './state.ts';

/** Every file that must not be there when a cluster is made here. Directories do not count (init refuses none). */
export async function findLeftovers({ files, layout }: State): Promise<readonly string[]> {
  const directory = layout.dataDirectory.path;
  const paths = (await files.list(directory)).map((name) => `${directory}/${name}`);
  const facts = await Promise.all(
    paths.map(async (path) => ({ path, kind: (await files.stat(path))?.kind })),
  );
  return facts.filter(({ kind }) => kind !== 'directory').map(({ path }) => path);
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
  await removeNames(state, await temporariesIn(state));
}

/** The same while writes may be under way: those last changed before then, ms since 1970. Resolves to their names. */
export async function removeOldTemporaries(state: State, beforeMs: number): Promise<readonly string[]> {
  const names = await oldTemporaries(state, beforeMs);
  await removeNames(state, names);
  return names;
}

export async function oldTemporaries(state: State, beforeMs: number): Promise<readonly string[]> {
  const { files, layout } = state;
  const names = await temporariesIn(state);
  const facts = await Promise.all(names.map((name) => files.stat(`${layout.dataDirectory.path}/${name}`)));
  return names.filter((_, place) => (facts[place]?.modifiedMs ?? beforeMs) < beforeMs);
}

/** What the cluster keeps on a node, with the mode it must have: its files, and our directories around them. */
export const keptEntries = (layout: Layout): readonly LayoutEntry[] => [
  ...ownDirectories(layout),
  ...installedEntries(layout),
];

/** Names of files in the data directory that no program of ours puts there; temporaries are apart. */
export async function strangersIn(state: State): Promise<readonly string[]> {
  const { files, layout } = state;
  const directory = layout.dataDirectory.path;
  const known = new Set([...layoutPaths(layout), ...installedEntries(layout).map(({ path }) => path)]);
  const temporaries = new Set(await temporariesIn(state));
  const names = (await files.list(directory)).filter(
    (name) => !known.has(`${directory}/${name}`) && !temporaries.has(name),
  );
  const facts = await Promise.all(names.map((name) => files.stat(`${directory}/${name}`)));
  return names.filter((_, place) => facts[place]?.kind !== 'directory');
}

async function temporariesIn({ files, layout }: State): Promise<readonly string[]> {
  const directory = layout.dataDirectory.path;
  const own = new Set(
    [...installedEntries(layout), layout.hostChanges].map(({ path }) => path.slice(directory.length + 1)),
  );
  return (await files.list(directory)).filter((name) => {
    const target = /^\.(.+)\.[0-9a-f]{12}\.tmp$/.exec(name)?.[1];
    return target !== undefined && own.has(target);
  });
}

async function removeNames({ files, layout }: State, names: readonly string[]): Promise<void> {
  for (const name of names) await files.remove(`${layout.dataDirectory.path}/${name}`);
}
