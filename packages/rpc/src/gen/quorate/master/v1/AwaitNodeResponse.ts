// Original file: proto/quorate/master/v1/nodes.proto

import type { ConfigurationVersion as _quorate_node_v1_ConfigurationVersion, ConfigurationVersion__Output as _quorate_node_v1_ConfigurationVersion__Output } from '../../../quorate/node/v1/ConfigurationVersion.ts';

export interface AwaitNodeResponse {
  'uuid'?: (string);
  'name'?: (string);
  'version'?: (_quorate_node_v1_ConfigurationVersion | null);
}

export interface AwaitNodeResponse__Output {
  'uuid': (string);
  'name': (string);
  'version': (_quorate_node_v1_ConfigurationVersion__Output | null);
}
