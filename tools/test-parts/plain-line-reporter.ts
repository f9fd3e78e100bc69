/**
 * A vitest reporter whose whole output is one line that people and scripts can read alike:
 *
 *     6 passed, 0 failed, 0 skipped
 *
 * It counts what vitest's own summary leaves out of its numbers: a file that could not be loaded, a hook
 * around tests or an error outside any test, a run that found nothing to do; each is one failure. With PLAIN_LINE_FILE set it writes the
 * counts there as JSON, with what failed, and prints no line: `tools/test` adds several runs up and tells of all.
 */
import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';
import { addCounts, noTests, plainLine } from './counts.ts';
import type { Counts, Tally } from './counts.ts';

export default class PlainLineReporter implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly unknown[],
    reason: TestRunEndReason,
  ): void {
    const counts = countRun(modules, unhandledErrors.length, reason);
    for (const [why, count] of skipNotes(modules)) console.log(`skipped ${count}: ${why}`);
    const file = process.env['PLAIN_LINE_FILE'];
    const tally: Tally = { counts, failures: modules.flatMap(failuresOf) };
    if (file) writeFileSync(file, JSON.stringify(tally));
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
  const brokenHooks = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0).length;
  let counts: Counts = { ...noTests, failed: module.errors().length + brokenHooks };
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    // A test left pending was never run: its file's hook broke, or the run was cut short.
    const key = state === 'passed' || state === 'skipped' ? state : 'failed';
    counts = { ...counts, [key]: counts[key] + 1 };
  }
  return counts;
}

/** The tests, and the hooks around them, that failed: which, after how long, and the first line of why. */
function failuresOf(module: TestModule): readonly string[] {
  const file = module.relativeModuleId;
  const told = (what: string, after: string, errors: readonly { readonly message: string }[]): string =>
    `${file} > ${what}${after}\n    ${(errors[0]?.message ?? 'no reason given').split('\n')[0]}`;
  return [
    ...(module.errors().length > 0 ? [told('(the file)', '', module.errors())] : []),
    ...[...module.children.allSuites()]
      .filter((suite) => suite.errors().length > 0)
      .map((suite) => told(`${suite.fullName} (its hooks)`, '', suite.errors())),
    ...[...module.children.allTests('failed')].map((test) =>
      told(
        test.fullName,
        ` (after ${((test.diagnostic()?.duration ?? 0) / 1000).toFixed(1)} s)`,
        test.result().errors ?? [],
      ),
    ),
  ];
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
