// Original file: proto/quorate/master/v1/mastership.proto

import type { Long } from '@grpc/proto-loader';

export interface FailoverOutcome {
  'masterName'?: (string);
  'masterUuid'?: (string);
  'epoch'?: (number | string | Long);
  'warnings'?: (string)[];
}

export interface FailoverOutcome__Output {
  'masterName': (string);
  'masterUuid': (string);
  'epoch': (number);
  'warnings': (string)[];
}
