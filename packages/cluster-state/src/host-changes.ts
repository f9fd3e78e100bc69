/**
 * Takes back what this node's membership changed on its host: at the end of an init that failed, and of a membership.
 *
 *   note the change → make it            host-lines.ts, root-ssh-key.ts, host-directories.ts
 *   look → take it back, where it is     here
 *
 * What others have changed meanwhile stays theirs. Killed anywhere it can be repeated: the record goes after all other
 * files, and at once after it the directory that held it.
 *
 * Counterpart in Ganeti: none; its leaving nodes keep their directories, hosts entries and most keys (spec L1).
 */
import { type HostChanges, readHostChanges, writeHostChanges } from './host-change-record.ts';
import { takeBackDirectories } from './host-directories.ts';
import { removeTemporariesOf, takeBackLines } from './host-lines.ts';
import { removeInstalledFiles } from './installed-files.ts';
import { daemonEntries, installedEntries, type LayoutEntry } from './layout.ts';
import { takeBackSshKey } from './root-ssh-key.ts';
import type { State } from './state.ts';

/**
 * Everything that was noted, directories as far as they are empty. While files of the cluster still lie here the
 * record stays, for the directories that hold them. `and`: files to delete when only directories are left. May be repeated. Throws STATE_CORRUPT, or the first refusal of the
 * disk after all else was taken back; then the record stays too.
 */
export async function undoHostChanges(state: State, and: readonly LayoutEntry[] = []): Promise<void> {
  const changes = await readHostChanges(state);
  if (changes === undefined) return;
  await takeBackAll(partsOf(state, changes, and));
  const { directories } = changes;
  if (await anyOf(state, installedEntries(state.layout))) return writeHostChanges(state, { directories });
  await removeTemporariesOf(state, state.layout.hostChanges.path);
  await state.files.remove(state.layout.hostChanges.path);
  await takeBackDirectories(state, directories);
}

/**
 * Makes the host what it was before it belonged to a cluster: deletes the cluster's files, secrets first of all, and
 * what its daemons left, then takes the changes back. The daemons must have ended, or be ending. May be repeated.
 */
export async function restoreHost(state: State, and: readonly LayoutEntry[] = []): Promise<void> {
  await removeInstalledFiles(state);
  for (const { path } of daemonEntries(state.layout)) await state.files.remove(path);
  await undoHostChanges(state, and);
}

/**
 * Whether `restoreHost` was killed when it had deleted all that a member could be known by: the roster and what goes
 * before it. A member that only lost its roster is none.
 */
export async function isHalfRestored(state: State): Promise<boolean> {
  const { layout } = state;
  const entries = installedEntries(layout);
  const untilRoster = entries.slice(0, entries.indexOf(layout.roster) + 1);
  return (await readHostChanges(state)) !== undefined && !(await anyOf(state, untilRoster));
}

/** Directories last: a file that was taken back may have been all that one held. */
const partsOf = (
  state: State,
  changes: HostChanges,
  and: readonly LayoutEntry[],
): readonly (() => Promise<void>)[] => [
  async () => changes.hostsFile && takeBackLines(state, changes.hostsFile),
  async () => changes.authorizedKeys && takeBackLines(state, changes.authorizedKeys),
  async () => changes.newSshKey && takeBackSshKey(state, changes.newSshKey),
  async () => changes.sshKey && takeBackSshKey(state, changes.sshKey),
  ...and.map(
    ({ path }) =>
      () =>
        state.files.remove(path),
  ),
  async () => takeBackDirectories(state, changes.directories),
];

/** One after the other, each tried, whatever becomes of the others. */
async function takeBackAll(parts: readonly (() => Promise<void>)[]): Promise<void> {
  const refusals: unknown[] = [];
  for (const part of parts) await part().catch((caught: unknown) => refusals.push(caught));
  if (refusals.length > 0) throw refusals[0];
}

async function anyOf({ files }: State, entries: readonly LayoutEntry[]): Promise<boolean> {
  for (const { path } of entries) if ((await files.stat(path)) !== undefined) return true;
  return false;
}
