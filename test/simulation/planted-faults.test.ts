import { describe, expect, it } from 'vitest';
import { describeFound, runCampaign } from './campaign.ts';
import { plantedFaultNames, type PlantedFault } from './planted-faults.ts';
import { scheduleOf } from './schedule.ts';
import { shrink } from './shrink.ts';

/** Too rare for two thousand seeds, about one in five thousand: a candidate must fall silent between two messages. */
const isRare = (name: PlantedFault): boolean => name === 'voter-left-behind';
const names = plantedFaultNames.filter((name) => !isRare(name));

describe('a mistake planted in the wiring is found within 2000 seeds', () => {
  it.each(names)('%s', { timeout: 300_000 }, async (fault) => {
    const { found, totals, seconds } = await runCampaign({ from: 1, seeds: 2_000, fault, stopAtFirst: true });
    const [first] = found.map(describeFound);
    expect(first, `${totals.runs} runs found nothing`).toBeDefined();
    console.log(`${fault}: ${totals.runs} runs, ${seconds.toFixed(1)} s; ${first}`);
  });

  it('and a failing run is made smaller, and fails still', async () => {
    const fault = 'commit-before-majority';
    const { found } = await runCampaign({ from: 1, seeds: 20, fault, stopAtFirst: true });
    const first = found[0];
    if (!first) throw new Error('Nothing was found to be shrunk');
    const whole = scheduleOf(first.seed);
    const { schedule, violation } = shrink(whole, first.violation, { fault });
    expect(violation.invariant).toBe(first.violation.invariant);
    expect(schedule.actions.length).toBeLessThan(whole.actions.length);
    expect(schedule.actions.length).toBeLessThanOrEqual(4);
  });
});
