// Original file: proto/quorate/node/v1/renewal.proto

import type { Long } from '@grpc/proto-loader';

export interface FinishRenewalRequest {
  'epoch'?: (number | string | Long);
  'renewalId'?: (string);
  'restore'?: (boolean);
}

export interface FinishRenewalRequest__Output {
  'epoch': (number);
  'renewalId': (string);
  'restore': (boolean);
}
