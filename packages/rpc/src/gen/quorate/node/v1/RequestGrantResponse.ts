// Original file: proto/quorate/node/v1/grant.proto

import type { Long } from '@grpc/proto-loader';

export interface RequestGrantResponse {
  'epoch'?: (number | string | Long);
}

export interface RequestGrantResponse__Output {
  'epoch': (number);
}
