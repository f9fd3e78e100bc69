import { ClusterError } from '@quorate/domain/errors';
import type { StepEvent } from '@quorate/bootstrap/steps';
import { describe, expect, it } from 'vitest';
import { labelledSteps, liveSteps, stepRecorder } from './live-steps.ts';

const step = (state: StepEvent['state'], error?: string): StepEvent => ({
  name: 'take-office',
  doing: 'Taking office',
  state,
  durationMs: state === 'started' ? 0 : 1_234,
  ...(error !== undefined && { error: new ClusterError('COMMAND_FAILED', error) }),
});

function shown(isTTY: boolean, events: readonly StepEvent[], quiet = false): string {
  let text = '';
  const stream = { isTTY, write: (more: string) => (text += more) } as unknown as NodeJS.WriteStream;
  for (const event of events) liveSteps(quiet, stream)(event);
  return text;
}

/** What a terminal would show in the end: a line that begins anew replaces what was there. */
const onScreen = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.split('\r\u001B[K').at(-1))
    .join('\n');

describe('steps on a terminal', () => {
  it('appear when they start, on a line that is rewritten when they end', () => {
    const text = shown(true, [step('started'), step('done')]);
    expect(text).toBe('\r\u001B[K… Taking office\r\u001B[K✓ Taking office (1.2 s)\n');
    expect(onScreen(text)).toBe('✓ Taking office (1.2 s)\n');
  });

  it('say why they warn, indented', () => {
    expect(onScreen(shown(true, [step('started'), step('warned', 'one\ntwo')]))).toBe(
      '! Taking office (1.2 s)\n    one\n    two\n',
    );
  });

  it('leave it to the error that follows to say why they failed', () => {
    expect(onScreen(shown(true, [step('started'), step('failed', 'the disk is full')]))).toBe(
      '✗ Taking office (1.2 s)\n',
    );
  });
});

describe('steps elsewhere', () => {
  it('are plain lines, one when each has ended', () => {
    expect(
      shown(false, [step('started'), step('done'), step('warned', 'it hangs'), step('failed', 'x')]),
    ).toBe(
      'take-office: done (1.2 s)\ntake-office: warning (1.2 s): it hangs\ntake-office: failed (1.2 s)\n',
    );
  });

  it('are silent where the output is JSON', () => {
    expect(shown(true, [step('started'), step('done')], true)).toBe('');
  });
});

it('BEH-083 the record of a run has name, status, duration and error of every step that ended', () => {
  const seen: StepEvent[] = [];
  const { report, steps } = stepRecorder((event) => void seen.push(event));
  for (const event of [step('started'), step('done'), step('warned', 'it hangs')]) report(event);
  expect(steps).toEqual([
    { name: 'take-office', status: 'done', durationMs: 1_234 },
    { name: 'take-office', status: 'warned', durationMs: 1_234, error: 'it hangs' },
  ]);
  expect(seen, 'and all are shown').toHaveLength(3);
});

it('steps of several that go on side by side say whose they are', () => {
  let text = '';
  const stream = { isTTY: true, write: (more: string) => (text += more) } as unknown as NodeJS.WriteStream;
  for (const label of ['q2', 'q3']) labelledSteps(false, label, stream)(step('done'));
  labelledSteps(true, 'q4', stream)(step('done'));
  expect(text).toBe('q2: take-office: done (1.2 s)\nq3: take-office: done (1.2 s)\n');
});
