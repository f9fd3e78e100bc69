// Original file: proto/quorate/master/v1/nodes.proto

import type { StepEvent as _quorate_master_v1_StepEvent, StepEvent__Output as _quorate_master_v1_StepEvent__Output } from '../../../quorate/master/v1/StepEvent.ts';
import type { RemoveNodeOutcome as _quorate_master_v1_RemoveNodeOutcome, RemoveNodeOutcome__Output as _quorate_master_v1_RemoveNodeOutcome__Output } from '../../../quorate/master/v1/RemoveNodeOutcome.ts';

export interface RemoveNodeResponse {
  'step'?: (_quorate_master_v1_StepEvent | null);
  'outcome'?: (_quorate_master_v1_RemoveNodeOutcome | null);
  'event'?: "step"|"outcome";
}

export interface RemoveNodeResponse__Output {
  'step'?: (_quorate_master_v1_StepEvent__Output | null);
  'outcome'?: (_quorate_master_v1_RemoveNodeOutcome__Output | null);
  'event'?: "step"|"outcome";
}
