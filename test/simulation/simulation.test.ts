import { describe, expect, it } from 'vitest';
import { describeFound, describeTotals, runCampaign } from './campaign.ts';
import { scheduleOf } from './schedule.ts';
import { simulate } from './simulate.ts';

describe('mastership under a virtual clock, network and disk', () => {
  it('I1 to I4 and I6 to I8 hold in ten thousand runs', { timeout: 900_000 }, async () => {
    const outcome = await runCampaign({ from: 1, seeds: 10_000 });
    console.log(describeTotals(outcome));
    expect(outcome.found.map(describeFound)).toEqual([]);
    expect(outcome.totals.runs).toBe(10_000);
    // A simulation in which nothing happens proves nothing.
    expect(outcome.totals.changesCommitted).toBeGreaterThan(50_000);
    expect(outcome.totals.failovers).toBeGreaterThan(5_000);
  });

  it('a seed gives the same run, line by line', () => {
    const transcript = (seed: number): readonly string[] => {
      const lines: string[] = [];
      simulate(scheduleOf(seed), { say: (text) => lines.push(text) });
      return lines;
    };
    for (const seed of [1, 42, 4711]) {
      const lines = transcript(seed);
      expect(lines.length).toBeGreaterThan(20);
      expect(transcript(seed)).toEqual(lines);
    }
  });
});
