import { ClusterError } from '@quorate/domain/errors';
import { virtualClock } from '@quorate/platform/testing/clock';
import { describe, expect, it } from 'vitest';
import { stepRunner, type StepEvent } from './steps.ts';

const table = { 'lay-table': 'Laying the table', 'pour-wine': 'Pouring the wine' } as const;

function start() {
  const events: StepEvent[] = [];
  const clock = virtualClock();
  return { events, clock, steps: stepRunner(table, (event) => void events.push(event), clock) };
}

const disk = () => Promise.reject(new ClusterError('COMMAND_FAILED', 'The disk is full'));

describe('a step', () => {
  it('BEH-083 is told when it starts and when it is done, with its name, sentence and duration', async () => {
    const { steps, clock, events } = start();
    const done = steps.required('lay-table', () => clock.sleep(1_500));
    await clock.advance(1_500);
    await done;
    const [step] = [{ name: 'lay-table', doing: 'Laying the table' }];
    expect(events).toEqual([
      { ...step, state: 'started', durationMs: 0 },
      { ...step, state: 'done', durationMs: 1_500 },
    ]);
  });

  it('hands on what its work results in', async () => {
    expect(await start().steps.required('lay-table', () => Promise.resolve(4))).toBe(4);
    expect(await start().steps.tolerated('lay-table', () => Promise.resolve(5))).toBe(5);
  });

  it('that is required and fails ends the operation with its own error', async () => {
    const { steps, events } = start();
    await expect(steps.required('lay-table', disk)).rejects.toMatchObject({ reason: 'COMMAND_FAILED' });
    expect(events.at(-1)).toMatchObject({ state: 'failed', error: { message: 'The disk is full' } });
    expect(steps.warnings).toEqual([]);
  });

  it('BEH-070 that is tolerated and fails leaves a warning, and the operation goes on', async () => {
    const { steps, events } = start();
    expect(await steps.tolerated('pour-wine', disk)).toBeUndefined();
    expect(events.at(-1)).toMatchObject({ state: 'warned', error: { reason: 'COMMAND_FAILED' } });
    expect(steps.warnings).toEqual(['Pouring the wine: The disk is full']);
  });

  it('that throws something else than a ClusterError fails as INTERNAL, the original as cause', async () => {
    const original = new TypeError('undefined is not a function');
    const failed = start().steps.required('lay-table', () => Promise.reject(original));
    await expect(failed).rejects.toMatchObject({ reason: 'INTERNAL', cause: original });
  });

  it('that throws before it returns a promise fails like any other', async () => {
    const { steps } = start();
    const throwing = () => {
      throw new ClusterError('WRONG_INPUT', 'At once');
    };
    await steps.tolerated('pour-wine', throwing);
    expect(steps.warnings).toEqual(['Pouring the wine: At once']);
  });
});
