/**
 * Rows of `verify` about storage: what the enabled disk templates need of every node that may run instances.
 *
 * Counterparts in Ganeti: _VerifyFileStoragePaths, _VerifyStoragePaths, _UpdateVerifyNodeLVM, _VerifyNodeDrbdHelper.
 */
import { forbiddenAt, isAllowed } from './storage-paths.ts';
import { answered, type Answered, type VerifyFacts } from './verify-facts.ts';
import { masterOf } from './verify-mastership.ts';
import { aboutCluster, aboutNode, type Found, type VerifyCode, type VerifyRow } from './verify-row.ts';
import { unfitVolumeGroup } from './volume-groups.ts';

const templatesOf = ({ record }: VerifyFacts): readonly string[] => {
  const enabled = record?.configuration.cluster['enabled_disk_templates'];
  return Array.isArray(enabled) ? (enabled as readonly string[]) : [];
};

/** Nodes that only vote hold no disks. */
const withDisks = (facts: VerifyFacts): readonly Answered[] =>
  answered(facts).filter(({ node }) => facts.record?.configuration.nodes[node.uuid]?.vm_capable);

const places = {
  file: { key: 'file_storage_dir', code: 'ENODEFILESTORAGEPATHUNUSABLE' },
  sharedfile: { key: 'shared_file_storage_dir', code: 'ENODESHAREDFILESTORAGEPATHUNUSABLE' },
  gluster: { key: 'gluster_storage_dir', code: 'ENODEGLUSTERSTORAGEPATHUNUSABLE' },
} as const satisfies Record<string, { readonly key: string; readonly code: VerifyCode }>;

const storageDirectories: VerifyRow = {
  name: 'storage-directories',
  finds: (facts) =>
    Object.entries(places)
      .filter(([template]) => templatesOf(facts).includes(template))
      .flatMap(([, { key, code }]) =>
        withDisks(facts).flatMap((seen): readonly Found[] => {
          const why = whyUnusable(seen, key);
          return why === undefined ? [] : [aboutNode(seen.node, code, why)];
        }),
      ),
};

/** In Ganeti's order: acceptable, a directory, writable. */
function whyUnusable({ facts: { storage } }: Answered, key: string): string | undefined {
  const directory = storage.directories.find((each) => each.key === key);
  if (!directory) return undefined;
  const { path, isDirectory, writable } = directory;
  const forbidden = forbiddenAt(path, []);
  if (forbidden !== undefined) return `${path} may not hold disks: it lies in ${forbidden}`;
  if (!isAllowed(path, storage.allowedPaths))
    return `${path} is not in that host's list of file storage paths`;
  if (!isDirectory) return `${path} is not a directory there`;
  return writable ? undefined : `${path} cannot be written there`;
}

/** On the master, whose list is the model for the others. */
const allowedPaths: VerifyRow = {
  name: 'allowed-storage-paths',
  finds: (facts) =>
    answered(facts)
      .filter(({ node }) => node.uuid === masterOf(facts))
      .flatMap(({ node, facts: { storage } }) =>
        storage.allowedPaths
          .filter((path) => forbiddenAt(path, []) !== undefined)
          .map((path) =>
            aboutNode(
              node,
              'ENODEFILESTORAGEPATHS',
              `Its list of file storage paths allows ${path}, which is forbidden`,
            ),
          ),
      ),
};

/** The group that `lvm` templates take their volumes from; undefined if none does. */
export function neededVolumeGroup(facts: Pick<VerifyFacts, 'record'>): string | undefined {
  const name = facts.record?.configuration.cluster['volume_group_name'];
  const usesLvm = templatesOf(facts as VerifyFacts).some((each) => each === 'plain' || each === 'drbd');
  return usesLvm && typeof name === 'string' && name !== '' ? name : undefined;
}

const volumeGroups: VerifyRow = {
  name: 'volume-groups',
  finds(facts) {
    const name = neededVolumeGroup(facts);
    if (name === undefined) return [];
    return withDisks(facts).flatMap(({ node, facts: { storage } }) => {
      const { volumeGroups: sizes, volumeGroupsFailure: failure } = storage;
      const why = unfitVolumeGroup({ sizes, ...(failure && { failure }) }, name);
      return why === undefined ? [] : [aboutNode(node, 'ENODELVM', why)];
    });
  },
};

const drbdHelper: VerifyRow = {
  name: 'drbd-helper',
  finds(facts) {
    const wanted = facts.record?.configuration.cluster['drbd_usermode_helper'];
    if (typeof wanted !== 'string' || !templatesOf(facts).includes('drbd')) return [];
    return withDisks(facts)
      .filter(({ facts: { storage } }) => storage.drbdHelper !== wanted)
      .map(({ node, facts: { storage } }) => {
        const has = storage.drbdHelper === '' ? 'has no DRBD' : `calls ${storage.drbdHelper}`;
        return aboutNode(
          node,
          'ENODEDRBDHELPER',
          `Its kernel ${has}; the cluster's DRBD helper is ${wanted}`,
        );
      });
  },
};

/** Replicated disks need the same on both ends; a host without any is told by its helper. */
const drbdVersions: VerifyRow = {
  name: 'drbd-versions',
  finds(facts) {
    if (!templatesOf(facts).includes('drbd')) return [];
    const nodesBy = new Map<string, readonly string[]>();
    for (const { node, facts: seen } of withDisks(facts)) {
      const { drbdVersion } = seen.storage;
      if (drbdVersion !== '') nodesBy.set(drbdVersion, [...(nodesBy.get(drbdVersion) ?? []), node.name]);
    }
    if (nodesBy.size < 2) return [];
    const sides = [...nodesBy].map(([version, names]) => `${version} on ${names.join(', ')}`);
    return [aboutCluster(facts.roster, 'ENODEDRBDVERSION', `DRBD differs: ${sides.join('; ')}`)];
  },
};

export const storageRows: readonly VerifyRow[] = [
  storageDirectories,
  allowedPaths,
  volumeGroups,
  drbdHelper,
  drbdVersions,
];
