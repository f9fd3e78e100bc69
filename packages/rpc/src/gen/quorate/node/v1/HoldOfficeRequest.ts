// Original file: proto/quorate/node/v1/office.proto

import type { Long } from '@grpc/proto-loader';

export interface HoldOfficeRequest {
  'epoch'?: (number | string | Long);
  'untilMonotonicUs'?: (number | string | Long);
}

export interface HoldOfficeRequest__Output {
  'epoch': (number);
  'untilMonotonicUs': (number);
}
