/**
 * What `init` is asked to use for storage, and what stands for what nobody said.
 *
 * Counterparts in Ganeti: _InitVgName and _InitDrbdHelper of lib/client/gnt_cluster.py, _PrepareFileBasedStorage of
 * lib/bootstrap.py.
 */
import {
  type DiskTemplate,
  diskTemplates,
  initDefaults,
  isDiskTemplate,
  type TemplateNeeds,
} from './parameter-defaults.ts';
import { normalised } from './storage-paths.ts';

export interface StorageRequest {
  readonly enabledDiskTemplates: readonly string[];
  /** None if absent; empty if the operator wants none. */
  readonly vgName?: string | undefined;
  /** Path of the program that the kernel's DRBD calls; none if absent, empty if the operator wants none. */
  readonly drbdHelper?: string | undefined;
  /** As the operator gave them, and only if. */
  readonly storageDirectories?: StorageDirectories | undefined;
}

export type StorageDirectories = Readonly<Partial<Record<FileTemplate, string | undefined>>>;

/** The templates whose disks are files in a directory. */
export const fileTemplates = ['file', 'sharedfile', 'gluster'] as const satisfies readonly DiskTemplate[];
export type FileTemplate = (typeof fileTemplates)[number];

export const enabledFileTemplates = ({ enabledDiskTemplates }: StorageRequest): readonly FileTemplate[] =>
  fileTemplates.filter((template) => enabledDiskTemplates.includes(template));

export const templatesNeeding = (need: TemplateNeeds, enabled: readonly string[]): readonly DiskTemplate[] =>
  enabled.filter(isDiskTemplate).filter((template) => diskTemplates[template] === need);

/** The volume group to use: the given one, `xenvg` if a template needs one. */
export const chosenVolumeGroup = (enabled: readonly string[], given?: string): string | undefined =>
  given ?? (templatesNeeding('volume group', enabled).length > 0 ? initDefaults.volumeGroup : undefined);

export const chosenDrbdHelper = (enabled: readonly string[], given?: string): string | undefined =>
  given ?? (enabled.includes('drbd') ? initDefaults.drbdHelper : undefined);

/** The helper that the kernel must have; without one asked for, or without DRBD, any (BEH-204, BEH-205). */
export const neededDrbdHelper = ({ enabledDiskTemplates, drbdHelper }: StorageRequest): string | undefined =>
  drbdHelper && enabledDiskTemplates.includes('drbd') ? drbdHelper : undefined;

/** What the configuration says: normalised if the template is enabled (BEH-147), as given if not (BEH-212, BEH-215). */
export function storageDirectoryOf(request: StorageRequest, template: FileTemplate): string {
  const directory = request.storageDirectories?.[template] ?? initDefaults.storageDirectories[template];
  return request.enabledDiskTemplates.includes(template) ? normalised(directory) : directory;
}
