// Original file: proto/quorate/node/v1/lease.proto

import type { Long } from '@grpc/proto-loader';

export interface ResignRequest {
  'epoch'?: (number | string | Long);
  'masterUuid'?: (string);
  'order'?: (number | string | Long);
}

export interface ResignRequest__Output {
  'epoch': (number);
  'masterUuid': (string);
  'order': (number);
}
