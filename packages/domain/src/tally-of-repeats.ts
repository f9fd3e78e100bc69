/**
 * Which of many like events are written down one by one, and which are only counted, so that nobody can fill a disk by
 * doing something refused over and over. Two of the same key are alike; whoever uses this says how long a period is.
 */
export interface Repeated<T> {
  /** The first of them, which was written when it happened. */
  readonly first: T;
  /** How many more there were. */
  readonly repeats: number;
}

export interface Summary<T> {
  readonly repeated: readonly Repeated<T>[];
  /** Events of kinds beyond the bound, none of which was written. */
  readonly others: number;
}

export interface TallyOfRepeats<T> {
  /** Whether this one is to be written: the first of its kind in this period, within the bound. */
  add(key: string, event: T): boolean;
  /** What there was to count since the last summary; a new period begins. */
  summary(): Summary<T>;
}

/** Writes, per period, at most `kinds` events, and as many lines again when it is over, and one. */
export function createTallyOfRepeats<T>(kinds: number): TallyOfRepeats<T> {
  let seen = new Map<string, { first: T; repeats: number }>();
  let others = 0;
  return {
    add(key, event) {
      const known = seen.get(key);
      if (known) known.repeats += 1;
      else if (seen.size < kinds) seen.set(key, { first: event, repeats: 0 });
      else others += 1;
      return !known && seen.has(key);
    },
    summary() {
      const told = { repeated: [...seen.values()].filter(({ repeats }) => repeats > 0), others };
      seen = new Map();
      others = 0;
      return told;
    },
  };
}
