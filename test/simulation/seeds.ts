/** A worker of a campaign: runs its share of the seeds and tells, one JSON value per line, what it found. */
import { plantedFaultNames } from './planted-faults.ts';
import { simulateSeed } from './simulate.ts';
import { noTotals, type Line, type Share, type Totals } from './campaign-lines.ts';

const share = JSON.parse(process.argv[2] ?? '{}') as Share;
const fault = plantedFaultNames.find((name) => name === share.fault);
const tell = (line: Line): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

let totals: Totals = noTotals;
for (let seed = share.from; seed < share.to; seed += share.stride) {
  const { violation, steps, virtualMs, changesCommitted, failovers } = simulateSeed(seed, { fault });
  totals = {
    runs: totals.runs + 1,
    steps: totals.steps + steps,
    virtualMs: totals.virtualMs + virtualMs,
    changesCommitted: totals.changesCommitted + changesCommitted,
    failovers: totals.failovers + failovers,
  };
  if (!violation) continue;
  tell({ kind: 'found', seed, violation });
  if (share.stopAtFirst) break;
}
tell({ kind: 'done', totals });
