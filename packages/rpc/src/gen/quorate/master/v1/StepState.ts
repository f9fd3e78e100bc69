// Original file: proto/quorate/master/v1/mastership.proto

export const StepState = {
  STEP_STATE_UNSPECIFIED: 'STEP_STATE_UNSPECIFIED',
  STEP_STATE_STARTED: 'STEP_STATE_STARTED',
  STEP_STATE_DONE: 'STEP_STATE_DONE',
  STEP_STATE_WARNED: 'STEP_STATE_WARNED',
  STEP_STATE_FAILED: 'STEP_STATE_FAILED',
} as const;

export type StepState =
  | 'STEP_STATE_UNSPECIFIED'
  | 0
  | 'STEP_STATE_STARTED'
  | 1
  | 'STEP_STATE_DONE'
  | 2
  | 'STEP_STATE_WARNED'
  | 3
  | 'STEP_STATE_FAILED'
  | 4

export type StepState__Output = typeof StepState[keyof typeof StepState]
