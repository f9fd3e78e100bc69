/**
 * Looks at this host's storage for `init`: volume groups, the kernel's DRBD, the directories of file-based templates.
 *
 * Only what was asked for is looked at. Paths are told as they are seen from the root.
 */
import { underRoot, type Layout } from '@quorate/cluster-state/layout';
import type { State } from '@quorate/cluster-state/state';
import { clusterErrorFrom } from '@quorate/domain/errors';
import type { StorageFacts, StoragePlace } from '@quorate/domain/storage-complaints';
import { isAbsolute, isBelow, isWithin, normalised, parseAllowedPaths } from '@quorate/domain/storage-paths';
import {
  enabledFileTemplates,
  neededDrbdHelper,
  storageDirectoryOf,
  type StorageRequest,
} from '@quorate/domain/storage-request';
import { timings } from '@quorate/domain/timings';
import { parseVolumeGroups, type VolumeGroups } from '@quorate/domain/volume-groups';
import { inspectPath, type PathFacts } from '@quorate/platform/directories';
import { listVolumeGroups } from '@quorate/platform/volume-groups';

export async function gatherStorageFacts(state: State, request: StorageRequest): Promise<StorageFacts> {
  const { layout } = state;
  return {
    ...request,
    volumeGroups: request.vgName ? await volumeGroups() : { sizes: new Map() },
    kernelDrbdHelper:
      neededDrbdHelper(request) && (await readIfPossible(state, layout.drbdHelper.path)).split('\n')[0],
    allowedStoragePaths: parseAllowedPaths(await readIfPossible(state, layout.fileStoragePaths.path)),
    ...(await lookAround(layout, request)),
  };
}

/** A command that fails, or is not there, means that there are none. */
const volumeGroups = (): Promise<VolumeGroups> =>
  listVolumeGroups({ timeoutMs: timings.volumeGroupsMs }).then(
    (text) => ({ sizes: parseVolumeGroups(text) }),
    (caught: unknown) => ({ sizes: new Map(), failure: clusterErrorFrom(caught).message }),
  );

/** Empty if the file is absent or cannot be read. */
const readIfPossible = async ({ files }: State, path: string): Promise<string> =>
  (await files.readText(path).catch(() => undefined)) ?? '';

async function lookAround(
  layout: Layout,
  request: StorageRequest,
): Promise<Pick<StorageFacts, 'ownDirectories' | 'storagePlaces'>> {
  const { realPath: root } = await inspectPath(layout.root);
  const wanted = enabledFileTemplates(request)
    .map((template) => ({ template, path: storageDirectoryOf(request, template) }))
    .filter(({ path }) => isAbsolute(path));
  return {
    ownDirectories: await ownDirectories(layout, root),
    storagePlaces: await Promise.all(
      wanted.map(async (place): Promise<StoragePlace> => ({
        ...place,
        ...(await inspectUnder(root, place.path)),
      })),
    ),
  };
}

async function ownDirectories(layout: Layout, root: string): Promise<readonly string[]> {
  const { dataDirectory, runDirectory, logDirectory, settingsDirectory } = layout;
  const named = [dataDirectory, runDirectory, logDirectory, settingsDirectory].map(({ path }) =>
    seenFrom(layout.root, path),
  );
  const real = await Promise.all(named.map(async (path) => (await inspectUnder(root, path)).realPath));
  return [...new Set([...named, ...real])];
}

/** Who may write above the root itself is not the concern of what lies under it. */
async function inspectUnder(root: string, path: string): Promise<PathFacts> {
  const found = await inspectPath(underRoot(root, path));
  return {
    ...found,
    existing: seenFrom(root, found.existing),
    realPath: seenFrom(root, found.realPath),
    worldWritable: found.worldWritable
      .filter((each) => !isBelow(each, root))
      .map((each) => seenFrom(root, each)),
  };
}

/** A place outside of the root, where a link may lead, keeps its path. */
const seenFrom = (root: string, path: string): string =>
  isWithin(root, path) ? normalised(`/${path.slice(root.length)}`) : path;
