// Original file: proto/quorate/master/v1/status.proto

import type { ConfigurationVersion as _quorate_node_v1_ConfigurationVersion, ConfigurationVersion__Output as _quorate_node_v1_ConfigurationVersion__Output } from '../../../quorate/node/v1/ConfigurationVersion.ts';
import type { Long } from '@grpc/proto-loader';

export interface GetStatusResponse {
  'inOffice'?: (boolean);
  'epoch'?: (number | string | Long);
  'clusterName'?: (string);
  'pending'?: (_quorate_node_v1_ConfigurationVersion | null);
  'explanation'?: (string);
  'laggingNodeUuids'?: (string)[];
  'leaseLeftMs'?: (number);
}

export interface GetStatusResponse__Output {
  'inOffice': (boolean);
  'epoch': (number);
  'clusterName': (string);
  'pending': (_quorate_node_v1_ConfigurationVersion__Output | null);
  'explanation': (string);
  'laggingNodeUuids': (string)[];
  'leaseLeftMs': (number);
}
