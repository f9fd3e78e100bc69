/**
 * What must be true of this host's storage before `init` changes anything, and what the operator is only warned of.
 *
 * Counterparts in Ganeti: lib/bootstrap.py (_InitCheckDrbdHelper, _PrepareFileBasedStorage, InitCluster's look at the
 * volume group), where directories are made while checks are still to come.
 */
import type { Check } from './check.ts';
import { anyOf, when } from './init-complaints.ts';
import {
  brokenDirectories,
  forbiddenPlaces,
  obstructedPlaces,
  overlappingPlaces,
  relativeDirectories,
  type StorageFacts,
  unlistedPlaces,
} from './storage-complaints.ts';
import {
  enabledFileTemplates,
  fileTemplates,
  neededDrbdHelper,
  templatesNeeding,
} from './storage-request.ts';
import { unfitVolumeGroup } from './volume-groups.ts';

const lvmTemplates = ({ enabledDiskTemplates }: StorageFacts): readonly string[] =>
  templatesNeeding('volume group', enabledDiskTemplates);

const usesDrbd = ({ enabledDiskTemplates }: StorageFacts): boolean => enabledDiskTemplates.includes('drbd');

export const storageChecks: readonly Check<StorageFacts>[] = [
  {
    name: 'volume-group-is-named',
    looksAt: '--vg-name, if an enabled disk template uses LVM',
    reason: 'WRONG_INPUT',
    finds: (facts) =>
      facts.vgName === '' ? anyOf('Without a volume group there can be no', lvmTemplates(facts)) : undefined,
    hint: 'Name it with --vg-name',
  },

  {
    name: 'volume-group-is-large-enough',
    looksAt: 'the size of --vg-name, as vgs tells it',
    reason: 'WRONG_INPUT',
    finds: ({ volumeGroups, vgName }) => (vgName ? unfitVolumeGroup(volumeGroups, vgName) : undefined),
    hint: 'Name another with --vg-name; vgs lists those of this host',
  },

  {
    name: 'drbd-helper-is-named',
    looksAt: '--drbd-usermode-helper, if drbd is enabled',
    reason: 'WRONG_INPUT',
    finds: (facts) => when(usesDrbd(facts) && facts.drbdHelper === '', 'DRBD cannot be without a helper'),
    hint: 'Name it with --drbd-usermode-helper',
  },

  {
    name: 'drbd-is-loaded',
    looksAt: "whether the kernel's DRBD tells its helper, if drbd is enabled",
    reason: 'HOST_UNFIT',
    finds: (facts) =>
      when(
        neededDrbdHelper(facts) !== undefined && !facts.kernelDrbdHelper,
        'The kernel tells no helper of DRBD',
      ),
    hint: 'Load the module drbd with its parameter usermode_helper, or leave drbd out of the disk templates',
  },

  {
    name: 'drbd-helper-is-the-kernels',
    looksAt: "--drbd-usermode-helper and the helper of the kernel's DRBD, if drbd is enabled",
    reason: 'WRONG_INPUT',
    finds: (facts) => otherHelper(neededDrbdHelper(facts), facts.kernelDrbdHelper),
    hint: 'Name that one with --drbd-usermode-helper, or load the module drbd with the other',
  },

  {
    name: 'storage-directories-are-on-one-line',
    looksAt: 'the storage directories that were given, for line ends and the like',
    reason: 'WRONG_INPUT',
    finds: (facts) => anyOf('Not text on one line', brokenDirectories(facts)),
  },

  {
    name: 'storage-directories-are-absolute',
    looksAt: 'the storage directories of enabled disk templates',
    reason: 'WRONG_INPUT',
    finds: (facts) => anyOf('Not an absolute path', relativeDirectories(facts)),
  },

  {
    name: 'storage-directories-are-not-forbidden',
    looksAt: "whether storage directories, or what their links lead to, are the system's or the cluster's",
    reason: 'WRONG_INPUT',
    finds: (facts) => anyOf('Forbidden for storage', forbiddenPlaces(facts)),
    hint: 'Choose a directory that is neither of the system nor of the cluster',
  },

  {
    name: 'storage-directories-are-allowed',
    looksAt: 'storage directories and /etc/ganeti/file-storage-paths',
    reason: 'WRONG_INPUT',
    finds: (facts) => anyOf('Not allowed for storage', unlistedPlaces(facts)),
    hint: 'The administrator of this host lists what is allowed in /etc/ganeti/file-storage-paths',
  },

  {
    name: 'storage-directories-can-be-made',
    looksAt: 'what is at the storage directories already, or nearest above them',
    reason: 'HOST_UNFIT',
    finds: (facts) => anyOf('Cannot be made', obstructedPlaces(facts)),
  },

  {
    name: 'storage-directories-lie-apart',
    looksAt: 'whether storage directories, or what their links lead to, are equal or one within the other',
    reason: 'WRONG_INPUT',
    finds: (facts) => anyOf('Must not be one directory, nor one within the other', overlappingPlaces(facts)),
  },
];

const otherHelper = (needed: string | undefined, kernels: string | undefined): string | undefined =>
  when(
    !!needed && !!kernels && needed !== kernels,
    `The helper of DRBD is to be ${needed}, and the kernel's is ${kernels}`,
  );

/** Nothing here keeps `init` from going on. */
export const storageWarnings = (facts: StorageFacts): readonly string[] => [
  ...unusedVolumeGroup(facts),
  ...unusedDrbdHelper(facts),
  ...unusedDirectories(facts),
  ...openPlaces(facts),
];

const unusedVolumeGroup = (facts: StorageFacts): readonly string[] =>
  facts.vgName && lvmTemplates(facts).length === 0
    ? [`Volume group '${facts.vgName}' is noted, but no enabled disk template uses LVM`]
    : [];

const unusedDrbdHelper = (facts: StorageFacts): readonly string[] =>
  facts.drbdHelper && !usesDrbd(facts)
    ? [`The helper ${facts.drbdHelper} is noted, but the disk template drbd is not enabled`]
    : [];

/** Only of directories that the operator gave: the standard ones are in every configuration. */
function unusedDirectories(facts: StorageFacts): readonly string[] {
  const enabled = enabledFileTemplates(facts);
  return fileTemplates.flatMap((template) => {
    const given = facts.storageDirectories?.[template];
    return given && !enabled.includes(template)
      ? [`The directory ${given} is noted, but the disk template ${template} is not enabled`]
      : [];
  });
}

/** Whoever may write above a directory can put another one in its place. */
const openPlaces = ({ storagePlaces }: StorageFacts): readonly string[] =>
  storagePlaces
    .filter(({ worldWritable }) => worldWritable.length > 0)
    .map(
      ({ template, path, worldWritable }) =>
        `Anyone may write in ${worldWritable.join(', ')}, and so change what ${path} of ${template} is`,
    );
