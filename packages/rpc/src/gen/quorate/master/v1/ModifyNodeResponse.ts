// Original file: proto/quorate/master/v1/nodes.proto

import type { ConfigurationVersion as _quorate_node_v1_ConfigurationVersion, ConfigurationVersion__Output as _quorate_node_v1_ConfigurationVersion__Output } from '../../../quorate/node/v1/ConfigurationVersion.ts';

export interface ModifyNodeResponse {
  'version'?: (_quorate_node_v1_ConfigurationVersion | null);
  'notes'?: (string)[];
  'changes'?: (string)[];
}

export interface ModifyNodeResponse__Output {
  'version': (_quorate_node_v1_ConfigurationVersion__Output | null);
  'notes': (string)[];
  'changes': (string)[];
}
