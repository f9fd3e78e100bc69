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

/** What a run came to: its counts, and in a line or two what each failure was. */
export interface Tally {
  readonly counts: Counts;
  readonly failures: readonly string[];
}

/** What a reporter left in its file; undefined if the run ended before it could write. */
export function parseTally(text: string): Tally | undefined {
  try {
    const { counts, failures } = JSON.parse(text) as Tally;
    const { passed, failed, skipped } = counts;
    return [passed, failed, skipped].every(Number.isInteger) ? { counts, failures } : undefined;
  } catch {
    return undefined;
  }
}
