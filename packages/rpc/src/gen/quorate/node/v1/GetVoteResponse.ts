// Original file: proto/quorate/node/v1/vote.proto

import type { Mastership as _quorate_node_v1_Mastership, Mastership__Output as _quorate_node_v1_Mastership__Output } from '../../../quorate/node/v1/Mastership.ts';
import type { ConfigurationVersion as _quorate_node_v1_ConfigurationVersion, ConfigurationVersion__Output as _quorate_node_v1_ConfigurationVersion__Output } from '../../../quorate/node/v1/ConfigurationVersion.ts';
import type { Long } from '@grpc/proto-loader';

export interface GetVoteResponse {
  'clusterUuid'?: (string);
  'nodeUuid'?: (string);
  'master'?: (_quorate_node_v1_Mastership | null);
  'epoch'?: (number | string | Long);
  'version'?: (_quorate_node_v1_ConfigurationVersion | null);
  'holds'?: (_quorate_node_v1_ConfigurationVersion | null);
  'clockMs'?: (number | string | Long);
  'softwareVersion'?: (string);
  'leaseLeftMs'?: (number);
  'leaseHolderUuid'?: (string);
}

export interface GetVoteResponse__Output {
  'clusterUuid': (string);
  'nodeUuid': (string);
  'master': (_quorate_node_v1_Mastership__Output | null);
  'epoch': (number);
  'version': (_quorate_node_v1_ConfigurationVersion__Output | null);
  'holds': (_quorate_node_v1_ConfigurationVersion__Output | null);
  'clockMs': (number);
  'softwareVersion': (string);
  'leaseLeftMs': (number);
  'leaseHolderUuid': (string);
}
