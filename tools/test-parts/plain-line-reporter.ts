/**
 * A vitest reporter whose whole output is one line that people and scripts can read alike:
 *
 *     6 passed, 0 failed, 0 skipped
 *
 * It counts what vitest's own summary leaves out of its numbers: a file that could not be loaded, an error
 * outside any test, a run that found nothing to do; each is one failure. With PLAIN_LINE_FILE set it writes the
 * counts there as JSON and prints nothing: `tools/test` adds several runs up and prints the line itself.
 */
import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';
import { addCounts, noTests, plainLine } from './counts.ts';
import type { Counts } from './counts.ts';

export default class PlainLineReporter implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly unknown[],
    reason: TestRunEndReason,
  ): void {
    const counts = countRun(modules, unhandledErrors.length, reason);
    for (const [why, count] of skipNotes(modules)) console.log(`skipped ${count}: ${why}`);
    const file = process.env['PLAIN_LINE_FILE'];
    if (file) writeFileSync(file, JSON.stringify(counts));
    else console.log(plainLine(counts));
  }
}

function countRun(modules: readonly TestModule[], unhandledErrors: number, reason: TestRunEndReason): Counts {
  const counted = modules.map(countModule).reduce(addCounts, noTests);
  const failed = counted.failed + unhandledErrors;
  // Nothing failed by name and yet the run did not pass: no file matched, or it was interrupted.
  return { ...counted, failed: failed === 0 && reason !== 'passed' ? 1 : failed };
}

function countModule(module: TestModule): Counts {
  let counts: Counts = { ...noTests, failed: module.errors().length };
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    // A test left pending was never run: its file's hook broke, or the run was cut short.
    const key = state === 'passed' || state === 'skipped' ? state : 'failed';
    counts = { ...counts, [key]: counts[key] + 1 };
  }
  return counts;
}

/** Why tests skipped themselves, with how often; a test that is merely marked `skip` has no note. */
function skipNotes(modules: readonly TestModule[]): ReadonlyMap<string, number> {
  const notes = new Map<string, number>();
  for (const module of modules)
    for (const test of module.children.allTests('skipped')) {
      const result = test.result();
      const why = result.state === 'skipped' ? result.note : undefined;
      if (why) notes.set(why, (notes.get(why) ?? 0) + 1);
    }
  return notes;
}
