// Original file: proto/quorate/node/v1/version.proto

import type { Long } from '@grpc/proto-loader';

export interface Mastership {
  'nodeUuid'?: (string);
  'epoch'?: (number | string | Long);
}

export interface Mastership__Output {
  'nodeUuid': (string);
  'epoch': (number);
}
