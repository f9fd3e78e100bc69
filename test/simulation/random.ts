/** The simulation's only source of chance: the same seed gives the same run, for ever (mulberry32, by Tommy Ettinger). */
export interface Random {
  /** A whole number from 0 to `below` - 1. */
  below(below: number): number;
  /** From `least` up to, but not including, `most`. */
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  oneOf<T>(choices: readonly T[]): T;
}

export function createRandom(seed: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (below) => Math.floor(next() * below),
    between: (least, most) => least + next() * (most - least),
    chance: (probability) => next() < probability,
    oneOf: <T>(choices: readonly T[]) => choices[Math.floor(next() * choices.length)] as T,
  };
}
