/**
 * `tools/simulate`: as many seeded runs as you have time for.
 *
 * Exit code 0 if every invariant held, 1 if one was broken: then the smallest schedule that still breaks it is
 * printed with its transcript. With a planted fault it is the other way round that is worth knowing, so it stops
 * at the first finding. 2 if it was called with words it cannot use.
 */
import { complain, parseFlags, parseOneOf, parseWholeNumber, UsageError } from '../usage.ts';
import { describeFound, describeTotals, runCampaign } from './campaign.ts';
import type { Found } from './campaign-lines.ts';
import { plantedFaultNames, plantedFaults, type PlantedFault } from './planted-faults.ts';
import { scheduleOf } from './schedule.ts';
import { shrink } from './shrink.ts';
import { simulate, simulateSeed } from './simulate.ts';

const usage = `Usage: tools/simulate [--seeds N] [--from S] [--fault NAME] [--transcript]

  --seeds N      how many runs (1000); each is decided by its seed alone
  --from S       the first seed (1)
  --fault NAME   with a mistake planted in the wiring, to see it found:
${Object.entries(plantedFaults)
  .map(([name, what]) => `                   ${name.padEnd(24)}${what}`)
  .join('\n')}
  --transcript   prints what happens, line by line (one seed unless --seeds is given)
`;

function parse(args: string[]) {
  const { values } = parseFlags({
    args,
    options: {
      seeds: { type: 'string' },
      from: { type: 'string', default: '1' },
      fault: { type: 'string' },
      transcript: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { seeds = values.transcript ? '1' : '1000', from, fault, transcript, help } = values;
  return {
    seeds: parseWholeNumber('--seeds', seeds, 1),
    from: parseWholeNumber('--from', from, 0),
    fault: fault === undefined ? undefined : parseOneOf('--fault', fault, plantedFaultNames),
    transcript,
    help,
  };
}

function printTranscripts(from: number, seeds: number, fault: PlantedFault | undefined): number {
  let broken = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    console.log(`seed ${seed}: ${JSON.stringify(scheduleOf(seed).cluster)}`);
    const { violation } = simulateSeed(seed, { fault, say: (text) => console.log(text) });
    if (violation) broken += 1;
  }
  return broken === 0 ? 0 : 1;
}

function printSmallest(found: Found, fault: PlantedFault | undefined): void {
  const { schedule, violation } = shrink(scheduleOf(found.seed), found.violation, { fault });
  console.log(
    `\n${describeFound({ ...found, violation })}\nshrunk to ${schedule.actions.length} happenings:`,
  );
  for (const action of schedule.actions) console.log(`  ${JSON.stringify(action)}`);
  simulate(schedule, { fault, say: (text) => console.log(text) });
}

async function main(args: string[]): Promise<number> {
  const { seeds, from, fault, transcript, help } = parse(args);
  if (help) {
    console.log(usage);
    return 0;
  }
  if (transcript) return printTranscripts(from, seeds, fault);
  const outcome = await runCampaign({ from, seeds, fault, stopAtFirst: fault !== undefined });
  const [first] = outcome.found;
  if (first) printSmallest(first, fault);
  console.log(`\n${describeTotals(outcome)}`);
  for (const found of outcome.found.slice(0, 20)) console.log(describeFound(found));
  console.log(
    first ? `${outcome.found.length} runs broke an invariant` : 'every invariant held in every run',
  );
  return first ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof UsageError) return complain('simulate', error);
  throw error;
});
