// Original file: proto/quorate/node/v1/version.proto

import type { Long } from '@grpc/proto-loader';

export interface ConfigurationVersion {
  'epoch'?: (number | string | Long);
  'serial'?: (number | string | Long);
  'digest'?: (string);
}

export interface ConfigurationVersion__Output {
  'epoch': (number);
  'serial': (number);
  'digest': (string);
}
