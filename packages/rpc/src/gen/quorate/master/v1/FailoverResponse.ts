// Original file: proto/quorate/master/v1/mastership.proto

import type { StepEvent as _quorate_master_v1_StepEvent, StepEvent__Output as _quorate_master_v1_StepEvent__Output } from '../../../quorate/master/v1/StepEvent.ts';
import type { FailoverOutcome as _quorate_master_v1_FailoverOutcome, FailoverOutcome__Output as _quorate_master_v1_FailoverOutcome__Output } from '../../../quorate/master/v1/FailoverOutcome.ts';

export interface FailoverResponse {
  'step'?: (_quorate_master_v1_StepEvent | null);
  'outcome'?: (_quorate_master_v1_FailoverOutcome | null);
  'event'?: "step"|"outcome";
}

export interface FailoverResponse__Output {
  'step'?: (_quorate_master_v1_StepEvent__Output | null);
  'outcome'?: (_quorate_master_v1_FailoverOutcome__Output | null);
  'event'?: "step"|"outcome";
}
