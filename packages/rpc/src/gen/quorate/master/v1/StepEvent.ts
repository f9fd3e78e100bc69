// Original file: proto/quorate/master/v1/mastership.proto

import type { StepState as _quorate_master_v1_StepState, StepState__Output as _quorate_master_v1_StepState__Output } from '../../../quorate/master/v1/StepState.ts';
import type { Long } from '@grpc/proto-loader';

export interface StepEvent {
  'name'?: (string);
  'doing'?: (string);
  'state'?: (_quorate_master_v1_StepState);
  'durationMs'?: (number | string | Long);
  'message'?: (string);
}

export interface StepEvent__Output {
  'name': (string);
  'doing': (string);
  'state': (_quorate_master_v1_StepState__Output);
  'durationMs': (number);
  'message': (string);
}
