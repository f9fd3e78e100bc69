/**
 * LVM volume groups: what `vgs` printed, and whether one is large enough for a cluster.
 *
 * Counterparts in Ganeti: ListVolumeGroups and CheckVolumeGroupSize of lib/utils/lvm.py and lib/utils/__init__.py.
 */

export interface VolumeGroups {
  /** MiB by name. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Why they could not be listed; then there are none. */
  readonly failure?: string;
}

/** MiB; Ganeti's MIN_VG_SIZE. */
export const smallestVolumeGroup = 20_480;

/** Name and size in MiB per line; sizes are truncated to whole MiB, lines of another form skipped. */
export function parseVolumeGroups(text: string): ReadonlyMap<string, number> {
  const rows = text.matchAll(/^[ \t]*(\S+)[ \t]+(\d+)(?:\.\d+)?[ \t]*$/gm);
  return new Map([...rows].map(([, name = '', size]) => [name, Number(size)]));
}

/** BEH-119. */
export function unfitVolumeGroup({ sizes, failure }: VolumeGroups, name: string): string | undefined {
  const size = sizes.get(name);
  if (size === undefined) return `Volume group '${name}' is missing${failure ? `: ${failure}` : ''}`;
  if (size >= smallestVolumeGroup) return undefined;
  return `Volume group '${name}' is too small: it has ${size} MiB, ${smallestVolumeGroup} are needed`;
}
