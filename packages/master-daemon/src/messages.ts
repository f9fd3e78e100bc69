/** What the master daemon's services send in several places, as the wire has it. */
import type { StepEvent } from '@quorate/bootstrap/steps';
import type { StepEvent as StepMessage } from '@quorate/rpc/gen/quorate/master/v1/StepEvent';

const states = {
  started: 'STEP_STATE_STARTED',
  done: 'STEP_STATE_DONE',
  warned: 'STEP_STATE_WARNED',
  failed: 'STEP_STATE_FAILED',
} as const;

export const stepMessage = ({ name, doing, state, durationMs, error }: StepEvent): StepMessage => ({
  name,
  doing,
  state: states[state],
  durationMs: Math.round(durationMs),
  message: error?.message ?? '',
});

/** The largest number the wire carries stands for a pause without end. */
export const pauseEnd = (seconds: number): number | null => (seconds === 0xffff_ffff ? null : seconds);
