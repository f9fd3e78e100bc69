/**
 * Many seeds at once: one worker process per core, each with every n-th seed, so that the work is even.
 *
 * The workers run a bundle made of these sources: that is twice as fast as loading them through tsx.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { addTotals, noTotals, type Found, type Line, type Share, type Totals } from './campaign-lines.ts';
import type { PlantedFault } from './planted-faults.ts';

export interface CampaignRequest {
  readonly from: number;
  readonly seeds: number;
  readonly fault?: PlantedFault | undefined;
  /** Enough is one finding: then every worker stops at its first. */
  readonly stopAtFirst?: boolean;
}

export interface CampaignOutcome {
  readonly totals: Totals;
  /** By seed. */
  readonly found: readonly Found[];
  readonly seconds: number;
}

export async function runCampaign({
  from,
  seeds,
  fault,
  stopAtFirst = false,
}: CampaignRequest): Promise<CampaignOutcome> {
  const directory = mkdtempSync(join(tmpdir(), 'quorate-simulation-'));
  try {
    const bundle = join(directory, 'seeds.mjs');
    const entryPoints = [join(import.meta.dirname, 'seeds.ts')];
    await build({
      entryPoints,
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: bundle,
      logLevel: 'error',
    });
    const began = performance.now();
    const stride = Math.min(availableParallelism(), Math.max(1, seeds));
    const shares = Array.from({ length: stride }, (_, index): Share => ({
      from: from + index,
      to: from + seeds,
      stride,
      fault,
      stopAtFirst,
    }));
    const parts = await Promise.all(shares.map((share) => runShare(bundle, share)));
    return {
      totals: parts.map(({ totals }) => totals).reduce(addTotals, noTotals),
      found: parts.flatMap(({ found }) => found).toSorted((a, b) => a.seed - b.seed),
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function runShare(bundle: string, share: Share): Promise<{ totals: Totals; found: readonly Found[] }> {
  return new Promise((resolve, reject) => {
    const worker = spawn(process.execPath, [bundle, JSON.stringify(share)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const found: Found[] = [];
    let totals: Totals | undefined;
    createInterface({ input: worker.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as Line;
      if (line.kind === 'found') found.push({ seed: line.seed, violation: line.violation });
      else ({ totals } = line);
    });
    worker.on('error', reject);
    worker.on('close', (code) => {
      if (totals) resolve({ totals, found });
      else reject(new Error(`A worker of the simulation ended with code ${code} before it was done`));
    });
  });
}

/** `10000 runs, 51.2 million steps, 172 virtual hours, …` */
export function describeTotals({ totals, seconds }: CampaignOutcome): string {
  const { runs, steps, virtualMs, changesCommitted, failovers } = totals;
  return [
    `${runs} runs`,
    `${(steps / 1e6).toFixed(1)} million steps`,
    `${(virtualMs / 3_600_000).toFixed(0)} virtual hours`,
    `${changesCommitted} changes committed`,
    `${failovers} ordered failovers`,
    `${seconds.toFixed(0)} s`,
    `${(runs / seconds).toFixed(0)} seeds per second`,
  ].join(', ');
}

export const describeFound = ({ seed, violation }: Found): string =>
  `seed ${seed}: ${violation.invariant} at ${(violation.atMs / 1000).toFixed(3)} s: ${violation.message}`;
