// Original file: proto/quorate/node/v1/membership.proto

import type { Long } from '@grpc/proto-loader';

export interface LeaveClusterRequest {
  'clusterUuid'?: (string);
  'epoch'?: (number | string | Long);
}

export interface LeaveClusterRequest__Output {
  'clusterUuid': (string);
  'epoch': (number);
}
