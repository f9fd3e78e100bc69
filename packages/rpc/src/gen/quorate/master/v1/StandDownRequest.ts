// Original file: proto/quorate/master/v1/mastership.proto

import type { Long } from '@grpc/proto-loader';

export interface StandDownRequest {
  'epoch'?: (number | string | Long);
}

export interface StandDownRequest__Output {
  'epoch': (number);
}
