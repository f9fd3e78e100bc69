// Original file: proto/quorate/node/v1/lease.proto

import type { Long } from '@grpc/proto-loader';

export interface NominateRequest {
  'epoch'?: (number | string | Long);
  'masterUuid'?: (string);
  'candidateUuid'?: (string);
  'order'?: (number | string | Long);
}

export interface NominateRequest__Output {
  'epoch': (number);
  'masterUuid': (string);
  'candidateUuid': (string);
  'order': (number);
}
