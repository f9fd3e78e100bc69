/**
 * The version of a configuration: in which epoch it was committed, the how-manieth it is, what it says.
 *
 * Epoch first, serial second; the digest tells two texts apart that claim the same place.
 */

export interface Version {
  /** The mastership epoch in which this configuration was committed; 0 before any. */
  readonly epoch: number;
  /** Top-level `serial_no` of the configuration. */
  readonly serial: number;
  /** SHA-256 over the canonical text, lower-case hex; empty for no configuration. */
  readonly digest: string;
}

export const noVersion: Version = { epoch: 0, serial: 0, digest: '' };

/** Negative if a is older, positive if newer, 0 if they claim the same place. */
export const compareVersions = (a: Version, b: Version): number => a.epoch - b.epoch || a.serial - b.serial;

export const sameVersion = (a: Version, b: Version): boolean =>
  compareVersions(a, b) === 0 && a.digest === b.digest;

export const newestVersion = (versions: readonly Version[]): Version =>
  versions.reduce((newest, v) => (compareVersions(v, newest) > 0 ? v : newest), noVersion);

/** For people: `epoch 3, serial 12`. */
export const describeVersion = (v: Version): string =>
  v.epoch === 0 ? 'no configuration' : `epoch ${v.epoch}, serial ${v.serial}`;
