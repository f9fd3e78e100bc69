// Original file: proto/quorate/node/v1/office.proto

import type { Long } from '@grpc/proto-loader';

export interface TakeOfficeRequest {
  'epoch'?: (number | string | Long);
  'untilMonotonicUs'?: (number | string | Long);
  'addressIsFree'?: (boolean);
}

export interface TakeOfficeRequest__Output {
  'epoch': (number);
  'untilMonotonicUs': (number);
  'addressIsFree': (boolean);
}
