/**
 * A copy of what is about to be replaced, in a directory of its own: copies beside the originals would make a
 * later init refuse the host, as they do in Ganeti. Of each file only the newest few stay: what lies there is keys.
 *
 * Counterpart in Ganeti: lib/utils/io.py, CreateBackup, which keeps all of them.
 */
import { randomHex } from '@quorate/platform/digest';
import type { State } from './state.ts';

/**
 * How many stay of each file. Whoever renews, finds it wrong and renews again still has the one that worked; every
 * further one is a private key that somebody may take and nobody needs.
 */
export const keptBackups = 3;

/**
 * `hmac.key.backup-2026-11-22_10_38_51.<random>`, UTC, 0600 whatever the original has. The oldest beyond
 * `keptBackups` go when the new one is on disk, so a crash leaves one too many, never one too few.
 */
export async function backUp({ files, layout }: State, path: string, text: string, now: Date): Promise<void> {
  const { path: directory, mode } = layout.backupDirectory;
  const prefix = `${path.slice(path.lastIndexOf('/') + 1)}.backup-`;
  const moment = now.toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '_');
  const name = `${prefix}${moment}.${randomHex(4)}`;
  await files.ensureDirectory(directory, mode);
  await files.writeAtomic(`${directory}/${name}`, text, { mode: 0o600 });
  for (const old of outdated(await files.list(directory), prefix, name))
    await files.remove(`${directory}/${old}`);
}

/** By the moment in the name; the one just made is not among them, even if the clock went back since the others. */
const outdated = (names: readonly string[], prefix: string, made: string): readonly string[] =>
  names
    .filter((name) => name.startsWith(prefix) && name !== made)
    .sort()
    .slice(0, -(keptBackups - 1));

/** What a backup left that was killed before its rename; for the start of a daemon, when nobody makes one. */
export async function removeCutBackups({ files, layout }: State): Promise<void> {
  const { path } = layout.backupDirectory;
  const cut = (await files.list(path)).filter((name) => /^\..+\.[0-9a-f]{12}\.tmp$/.test(name));
  for (const name of cut) await files.remove(`${path}/${name}`);
}
