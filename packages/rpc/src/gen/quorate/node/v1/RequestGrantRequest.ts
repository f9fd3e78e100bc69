// Original file: proto/quorate/node/v1/grant.proto

import type { ConfigurationVersion as _quorate_node_v1_ConfigurationVersion, ConfigurationVersion__Output as _quorate_node_v1_ConfigurationVersion__Output } from '../../../quorate/node/v1/ConfigurationVersion.ts';
import type { Long } from '@grpc/proto-loader';

export interface RequestGrantRequest {
  'epoch'?: (number | string | Long);
  'candidateUuid'?: (string);
  'version'?: (_quorate_node_v1_ConfigurationVersion | null);
  'leaseMs'?: (number);
}

export interface RequestGrantRequest__Output {
  'epoch': (number);
  'candidateUuid': (string);
  'version': (_quorate_node_v1_ConfigurationVersion__Output | null);
  'leaseMs': (number);
}
