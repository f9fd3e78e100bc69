/**
 * How long `quorate init` takes to tell ten mistakes, as a multiple of what the program needs to start (`quorate version`).
 * The slowest probe of the ten is the name that nobody knows, so it is measured apart. It prints and asserts nothing.
 */
import { spawnSync } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layOutHost, mistakenInit, mistakes, unknownName } from '../e2e/ten-mistakes.ts';
import { programs } from '../lab/environment.ts';
import { complain, parseFlags, parseWholeNumber, UsageError } from '../usage.ts';
import { distribution } from './answers.ts';

const usage = `tools/bench mistakes [--runs N]

  --runs N    how often (20)`;

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const median = (figures: readonly number[]): number =>
  figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;

async function measure(runs: number, root: string): Promise<void> {
  const quorate = (...words: readonly string[]) =>
    timed(() => spawnSync(join(programs, 'quorate'), ['--root', root, ...words]));
  const figures: { readonly init: number; readonly start: number; readonly name: number }[] = [];
  for (let run = 0; run < runs; run += 1)
    figures.push({
      start: await quorate('version'),
      name: await timed(() => lookup(unknownName).catch(() => undefined)),
      init: await quorate(...mistakenInit),
    });
  const of = (key: 'init' | 'start' | 'name') => figures.map((figure) => figure[key]);
  console.log(
    [
      `${mistakes.length} mistakes at once`,
      `  quorate init, wrong in all of them:      ${distribution(of('init'))}`,
      `  quorate version, a start of the program: ${distribution(of('start'))}`,
      `  the name that nobody knows, looked up:   ${distribution(of('name'))}`,
      `  init / start: ${(median(of('init')) / median(of('start'))).toFixed(2)} (medians)`,
    ].join('\n'),
  );
}

async function main(args: string[]): Promise<void> {
  const options = {
    runs: { type: 'string', default: '20' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values } = parseFlags({ args, options });
  if (values.help) return console.log(usage);
  const runs = parseWholeNumber('--runs', values.runs, 1);
  const root = mkdtempSync(join(tmpdir(), 'quorate-bench-'));
  try {
    layOutHost(root);
    await measure(runs, root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.exitCode = complain('bench mistakes', error);
}
