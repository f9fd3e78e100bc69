/**
 * The facts that the storage of a new cluster is judged by, and what is wrong with each.
 *
 * Which is held against `init`, with which reason, is the table in storage-checks.ts.
 */
import { forbiddenAt, isAbsolute, isAllowed, isWithin } from './storage-paths.ts';
import {
  enabledFileTemplates,
  type FileTemplate,
  fileTemplates,
  storageDirectoryOf,
  type StorageRequest,
} from './storage-request.ts';
import type { VolumeGroups } from './volume-groups.ts';

export interface StorageFacts extends StorageRequest {
  /** None if no volume group was asked for. */
  readonly volumeGroups: VolumeGroups;
  /** The helper the kernel's DRBD calls; absent if that cannot be read, or DRBD is not enabled (BEH-204). */
  readonly kernelDrbdHelper?: string | undefined;
  /** What this node's administrator allows; absolute and normalised. */
  readonly allowedStoragePaths: readonly string[];
  /** Directories of the cluster itself, as they are named and with their links resolved. */
  readonly ownDirectories: readonly string[];
  /** One per enabled file-based template whose directory is an absolute path. */
  readonly storagePlaces: readonly StoragePlace[];
}

/** A storage directory and what was found there. All paths are absolute and normalised. */
export interface StoragePlace {
  readonly template: FileTemplate;
  readonly path: string;
  /** The path with every link resolved, as far as it exists. */
  readonly realPath: string;
  /** The path itself, or the nearest above it that exists. */
  readonly existing: string;
  readonly existingIs: 'directory' | 'unwritable directory' | 'something else';
  /** Directories on the way, links followed, in which anyone may write. */
  readonly worldWritable: readonly string[];
}

/** `/srv/x of file` */
const nameOf = ({ template, path }: Pick<StoragePlace, 'template' | 'path'>): string =>
  `${path} of ${template}`;

/** Empty ones too (BEH-214). */
export const relativeDirectories = (facts: StorageFacts): readonly string[] =>
  enabledFileTemplates(facts)
    .map((template) => ({ template, path: storageDirectoryOf(facts, template) }))
    .filter(({ path }) => !isAbsolute(path))
    .map(({ template, path }) => nameOf({ template, path: `'${path}'` }));

/** Of all templates, enabled or not: each becomes an ssconf file, where a line end would begin another line. */
export const brokenDirectories = ({ storageDirectories = {} }: StorageFacts): readonly string[] =>
  fileTemplates
    .map((template) => ({ template, path: storageDirectories[template] ?? '' }))
    .filter(({ path }) => /\p{Cc}/u.test(path))
    .map(({ template, path }) => nameOf({ template, path: JSON.stringify(path) }));

export const forbiddenPlaces = (facts: StorageFacts): readonly string[] =>
  facts.storagePlaces.flatMap((place) => {
    const directory = forbiddenDirectoryOf(place, facts);
    if (directory === undefined) return [];
    const linked = place.realPath === place.path ? '' : `leads to ${place.realPath}, `;
    return [`${nameOf(place)} (${linked}in ${directory})`];
  });

/** A forbidden directory that the place is in by its name, or by where its links lead (BEH-228). */
const forbiddenDirectoryOf = (
  { path, realPath }: StoragePlace,
  { ownDirectories }: StorageFacts,
): string | undefined => forbiddenAt(path, ownDirectories) ?? forbiddenAt(realPath, ownDirectories);

/** To allow a forbidden place would not help, so those are left out. */
export const unlistedPlaces = (facts: StorageFacts): readonly string[] =>
  facts.storagePlaces
    .filter((place) => forbiddenDirectoryOf(place, facts) === undefined)
    .filter(({ path }) => !isAllowed(path, facts.allowedStoragePaths))
    .map(nameOf);

/** Whether a directory that exists can be written into is not asked here; `verify` does. */
export const obstructedPlaces = ({ storagePlaces }: StorageFacts): readonly string[] =>
  storagePlaces.flatMap((place) => {
    const { existing, existingIs, path } = place;
    if (existingIs === 'something else') return [`${nameOf(place)} (${existing} is no directory)`];
    const unmakeable = existingIs === 'unwritable directory' && existing !== path;
    return unmakeable ? [`${nameOf(place)} (nothing can be made in ${existing})`] : [];
  });

/** Pairs that are equal or one within the other, by name or by where their links lead (BEH-230). */
export const overlappingPlaces = ({ storagePlaces }: StorageFacts): readonly string[] =>
  storagePlaces.flatMap((place, index) =>
    storagePlaces
      .slice(index + 1)
      .filter((other) => overlap(place.path, other.path) || overlap(place.realPath, other.realPath))
      .map((other) => `${nameOf(place)} and ${nameOf(other)}`),
  );

const overlap = (a: string, b: string): boolean => isWithin(a, b) || isWithin(b, a);
