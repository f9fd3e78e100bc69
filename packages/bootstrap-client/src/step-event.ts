/** A step of an operation that runs in a master daemon, as the wire brings it. */
import type { StepEvent } from '@quorate/bootstrap/steps';
import { ClusterError } from '@quorate/domain/errors';
import type { StepEvent__Output } from '@quorate/rpc/gen/quorate/master/v1/StepEvent';

const states = {
  STEP_STATE_UNSPECIFIED: 'started',
  STEP_STATE_STARTED: 'started',
  STEP_STATE_DONE: 'done',
  STEP_STATE_WARNED: 'warned',
  STEP_STATE_FAILED: 'failed',
} as const;

export const stepEvent = ({ name, doing, state, durationMs, message }: StepEvent__Output): StepEvent => ({
  name,
  doing,
  state: states[state],
  durationMs,
  ...(message && { error: new ClusterError('INTERNAL', message) }),
});
