// Original file: proto/quorate/node/v1/lease.proto

import type { Long } from '@grpc/proto-loader';

export interface RenewLeaseRequest {
  'epoch'?: (number | string | Long);
  'masterUuid'?: (string);
  'durationMs'?: (number);
  'order'?: (number | string | Long);
}

export interface RenewLeaseRequest__Output {
  'epoch': (number);
  'masterUuid': (string);
  'durationMs': (number);
  'order': (number);
}
