// Original file: proto/quorate/node/v1/verify.proto

import type { ConfigurationVersion as _quorate_node_v1_ConfigurationVersion, ConfigurationVersion__Output as _quorate_node_v1_ConfigurationVersion__Output } from '../../../quorate/node/v1/ConfigurationVersion.ts';
import type { Long } from '@grpc/proto-loader';

export interface GetNodeFactsResponse {
  'ssconfVersion'?: (_quorate_node_v1_ConfigurationVersion | null);
  'ssconfComplete'?: (boolean);
  'certificateNotAfter'?: ({[key: string]: number | string | Long});
  'sharedFileDigests'?: ({[key: string]: string});
  'clockMs'?: (number | string | Long);
}

export interface GetNodeFactsResponse__Output {
  'ssconfVersion': (_quorate_node_v1_ConfigurationVersion__Output | null);
  'ssconfComplete': (boolean);
  'certificateNotAfter': ({[key: string]: number});
  'sharedFileDigests': ({[key: string]: string});
  'clockMs': (number);
}
