// Original file: proto/quorate/master/v1/status.proto

import type { ConfigurationVersion as _quorate_node_v1_ConfigurationVersion, ConfigurationVersion__Output as _quorate_node_v1_ConfigurationVersion__Output } from '../../../quorate/node/v1/ConfigurationVersion.ts';
import type { ExposedSecret as _quorate_master_v1_ExposedSecret, ExposedSecret__Output as _quorate_master_v1_ExposedSecret__Output } from '../../../quorate/master/v1/ExposedSecret.ts';
import type { Long } from '@grpc/proto-loader';

export interface GetStatusResponse {
  'inOffice'?: (boolean);
  'epoch'?: (number | string | Long);
  'clusterName'?: (string);
  'pending'?: (_quorate_node_v1_ConfigurationVersion | null);
  'explanation'?: (string);
  'laggingNodeUuids'?: (string)[];
  'leaseLeftMs'?: (number);
  'exposed'?: (_quorate_master_v1_ExposedSecret)[];
}

export interface GetStatusResponse__Output {
  'inOffice': (boolean);
  'epoch': (number);
  'clusterName': (string);
  'pending': (_quorate_node_v1_ConfigurationVersion__Output | null);
  'explanation': (string);
  'laggingNodeUuids': (string)[];
  'leaseLeftMs': (number);
  'exposed': (_quorate_master_v1_ExposedSecret__Output)[];
}
