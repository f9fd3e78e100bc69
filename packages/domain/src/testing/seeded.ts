/** A tiny deterministic source of numbers for property tests: the same seed gives the same run, for ever. */
export interface Seeded {
  /** A whole number from 0 to `below` - 1. */
  pick(below: number): number;
  oneOf<T>(choices: readonly [T, ...T[]]): T;
  /** In another order. */
  shuffled<T>(items: readonly T[]): readonly T[];
}

/** mulberry32, by Tommy Ettinger. */
export function seeded(seed: number): Seeded {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const pick = (below: number): number => Math.floor(next() * below);
  return {
    pick,
    oneOf: (choices) => choices[pick(choices.length)] ?? choices[0],
    shuffled: (items) =>
      items
        .map((item) => ({ item, key: next() }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ item }) => item),
  };
}

/** Checks a property with `count` sources; a failure names its seed. */
export function forManySeeds(count: number, check: (random: Seeded) => void): void {
  for (let seed = 1; seed <= count; seed += 1) {
    try {
      check(seeded(seed));
    } catch (error) {
      throw new Error(`With seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
}
