/** What the sampler saw, for people: who was master when, and how long there was none. */
import { gaps } from './sampler.ts';
import type { Tenure } from './sampler.ts';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

const row = ({ holder, fromMs, toMs }: Tenure): string =>
  `  ${(holder ?? 'nobody').padEnd(20)} ${seconds(fromMs).padStart(9)} ${seconds(toMs - fromMs).padStart(9)}`;

/** From the first holder on; before it there was no cluster. */
export function summarise(tenures: readonly Tenure[], masterIp: string): string {
  const first = tenures.findIndex((t) => t.holder !== null);
  if (first < 0) return `Nobody ever answered at ${masterIp}.`;
  const without = gaps(tenures);
  const total = without.reduce((sum, gap) => sum + gap.toMs - gap.fromMs, 0);
  return [
    `Who answered at the master IP ${masterIp}, asked about 20 times a second:`,
    `  ${'node'.padEnd(20)} ${'from'.padStart(9)} ${'for'.padStart(9)}`,
    ...tenures.slice(first).map(row),
    `Without a master for ${seconds(total)} in all: ${without.map((g) => seconds(g.toMs - g.fromMs)).join(', ') || 'never'}`,
  ].join('\n');
}
