/** How long to leave something alone that keeps failing: twice as long each time, up to a limit. */

interface BackOff {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** After so many failures in a row; none, no pause. */
export const backOffMs = (failures: number, { firstMs, mostMs }: BackOff): number =>
  failures === 0 ? 0 : Math.min(mostMs, firstMs * 2 ** (failures - 1));
