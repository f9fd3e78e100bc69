// Original file: proto/quorate/node/v1/office.proto

import type { Long } from '@grpc/proto-loader';

export interface LeaveOfficeRequest {
  'epoch'?: (number | string | Long);
}

export interface LeaveOfficeRequest__Output {
  'epoch': (number);
}
