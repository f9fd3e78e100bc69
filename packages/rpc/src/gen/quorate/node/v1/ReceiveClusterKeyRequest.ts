// Original file: proto/quorate/node/v1/candidacy.proto

import type { Long } from '@grpc/proto-loader';

export interface ReceiveClusterKeyRequest {
  'epoch'?: (number | string | Long);
  'privateKey'?: (string);
}

export interface ReceiveClusterKeyRequest__Output {
  'epoch': (number);
  'privateKey': (string);
}
