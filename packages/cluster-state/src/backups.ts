/**
 * A copy of what is about to be replaced, in a directory of its own: copies beside the originals would make a
 * later init refuse the host, as they do in Ganeti.
 *
 * Counterpart in Ganeti: lib/utils/io.py, CreateBackup.
 */
import { randomHex } from '@quorate/platform/digest';
import type { State } from './state.ts';

/** `hmac.key.backup-2026-11-22_10_38_51.<random>`, UTC, 0600 whatever the original has. */
export async function backUp({ files, layout }: State, path: string, text: string, now: Date): Promise<void> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const moment = now.toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '_');
  const directory = layout.backupDirectory;
  await files.ensureDirectory(directory.path, directory.mode);
  const backup = `${directory.path}/${name}.backup-${moment}.${randomHex(4)}`;
  await files.writeAtomic(backup, text, { mode: 0o600 });
}
