// Original file: proto/quorate/master/v1/mastership.proto

import type { ConfigurationVersion as _quorate_node_v1_ConfigurationVersion, ConfigurationVersion__Output as _quorate_node_v1_ConfigurationVersion__Output } from '../../../quorate/node/v1/ConfigurationVersion.ts';
import type { Long } from '@grpc/proto-loader';

export interface HandOverResponse {
  'epoch'?: (number | string | Long);
  'version'?: (_quorate_node_v1_ConfigurationVersion | null);
}

export interface HandOverResponse__Output {
  'epoch': (number);
  'version': (_quorate_node_v1_ConfigurationVersion__Output | null);
}
