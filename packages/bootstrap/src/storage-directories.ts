/** Makes the directories of file-based storage for `init`, and takes those back that a failed one made. */
import { type Layout, underRoot } from '@quorate/cluster-state/layout';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import type { StoragePlace } from '@quorate/domain/storage-complaints';
import { makeDirectory, removeEmptyDirectories } from '@quorate/platform/directories';

/** Ganeti's mode: whoever is not in the group of its daemons has no business among disks. */
const storageMode = 0o750;

/** Is told of every directory that was made, from the outermost. */
type Made = (path: string) => void;

/** May be repeated. A directory that exists stays as it is (BEH-219). Fails with HOST_UNFIT (BEH-220). */
export async function makeStorageDirectories(
  { root }: Layout,
  places: readonly StoragePlace[],
  made: Made,
): Promise<void> {
  for (const { template, path } of places)
    await makeDirectory(underRoot(root, path), storageMode, made).catch((caught: unknown) => {
      const { message, facts } = clusterErrorFrom(caught);
      throw new ClusterError('HOST_UNFIT', `No directory for ${template}: ${message}`, {
        facts,
        cause: caught,
      });
    });
}

/** Does the work; if it fails, what it made is removed again as far as it is empty. */
export async function takenBackOnFailure<T>(work: (made: Made) => Promise<T>): Promise<T> {
  const made: string[] = [];
  try {
    return await work((path) => void made.push(path));
  } catch (caught) {
    await removeEmptyDirectories(made);
    throw caught;
  }
}
