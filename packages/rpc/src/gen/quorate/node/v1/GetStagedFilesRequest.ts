// Original file: proto/quorate/node/v1/renewal.proto

import type { Long } from '@grpc/proto-loader';

export interface GetStagedFilesRequest {
  'epoch'?: (number | string | Long);
  'renewalId'?: (string);
}

export interface GetStagedFilesRequest__Output {
  'epoch': (number);
  'renewalId': (string);
}
