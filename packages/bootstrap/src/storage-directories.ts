/** Makes the directories of file-based storage for `init`. */
import { ensureHostDirectories } from '@quorate/cluster-state/host-directories';
import { underRoot } from '@quorate/cluster-state/layout';
import type { State } from '@quorate/cluster-state/state';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import type { StoragePlace } from '@quorate/domain/storage-complaints';

/** Ganeti's mode: whoever is not in the group of its daemons has no business among disks. */
const storageMode = 0o750;

/** May be repeated. A directory that exists stays as it is (BEH-219). Fails with HOST_UNFIT (BEH-220). */
export async function makeStorageDirectories(state: State, places: readonly StoragePlace[]): Promise<void> {
  for (const { template, path } of places)
    await ensureHostDirectories(state, [
      { path: underRoot(state.layout.root, path), mode: storageMode },
    ]).catch((caught: unknown) => {
      const { message, facts } = clusterErrorFrom(caught);
      throw new ClusterError('HOST_UNFIT', `No directory for ${template}: ${message}`, {
        facts,
        cause: caught,
      });
    });
}
