// Original file: proto/quorate/node/v1/lease.proto

import type { Long } from '@grpc/proto-loader';

export interface RenewLeaseResponse {
  'epoch'?: (number | string | Long);
}

export interface RenewLeaseResponse__Output {
  'epoch': (number);
}
