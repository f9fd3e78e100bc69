/** How many tests passed, failed and were skipped, and the one line that says so. */

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const noTests: Counts = { passed: 0, failed: 0, skipped: 0 };

export const addCounts = (a: Counts, b: Counts): Counts => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

export const plainLine = (c: Counts): string =>
  `${c.passed} passed, ${c.failed} failed, ${c.skipped} skipped`;

/** What a reporter left in its file; undefined if the run ended before it could write. */
export function parseCounts(text: string): Counts | undefined {
  try {
    const { passed, failed, skipped } = JSON.parse(text) as Partial<Counts>;
    if (![passed, failed, skipped].every(Number.isInteger)) return undefined;
    return { passed, failed, skipped } as Counts;
  } catch {
    return undefined;
  }
}
