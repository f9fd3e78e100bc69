import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/**
 * The parts of the test suite, cheapest first; `tools/test PART…` runs them by these names.
 * A test's part is told by its file name or folder, so that a test sits beside what it proves.
 */
const part = (name: string, include: string[], extra: object = {}) => ({
  test: { name, include, testTimeout: 30_000, hookTimeout: 60_000, ...extra },
});
const patient = { testTimeout: 300_000, hookTimeout: 300_000 };
const oneByOne = { ...patient, fileParallelism: false };
/** Clusters mostly wait, for leases and for each other: two at a time take little longer than one. */
const twoByTwo = { ...patient, fileParallelism: true, maxWorkers: 2 };

export default defineConfig({
  test: {
    pool: 'forks',
    // The usual is one fewer than there are processors, which is one of two.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: ['default', './tools/test-parts/plain-line-reporter.ts'],
    projects: [
      {
        ...part('unit', ['packages/*/src/**/*.test.ts', 'tools/**/*.test.ts', 'test/*.test.ts'], {
          exclude: ['**/*.wire.test.ts', '**/*.machine.test.ts', '**/node_modules/**'],
        }),
      },
      part('wire', ['packages/*/src/**/*.wire.test.ts']),
      part('machine', ['packages/*/src/**/*.machine.test.ts', 'tools/**/*.machine.test.ts'], {
        testTimeout: 60_000,
      }),
      part('simulation', ['test/simulation/**/*.test.ts'], oneByOne),
      part('fuzz', ['test/fuzz/**/*.test.ts'], { testTimeout: 300_000 }),
      part('model', ['test/model/**/*.test.ts'], { ...oneByOne, maxConcurrency: 2 }),
      part('e2e', ['test/e2e/**/*.test.ts'], twoByTwo),
      part('lab', ['test/lab/**/*.test.ts'], twoByTwo),
      part('interop', ['test/interop/**/*.test.ts'], oneByOne),
    ],
  },
});
