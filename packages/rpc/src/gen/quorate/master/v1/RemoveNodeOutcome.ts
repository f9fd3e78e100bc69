// Original file: proto/quorate/master/v1/nodes.proto

import type { ConfigurationVersion as _quorate_node_v1_ConfigurationVersion, ConfigurationVersion__Output as _quorate_node_v1_ConfigurationVersion__Output } from '../../../quorate/node/v1/ConfigurationVersion.ts';

export interface RemoveNodeOutcome {
  'name'?: (string);
  'uuid'?: (string);
  'version'?: (_quorate_node_v1_ConfigurationVersion | null);
  'left'?: (boolean);
  'exposed'?: (string)[];
  'warnings'?: (string)[];
}

export interface RemoveNodeOutcome__Output {
  'name': (string);
  'uuid': (string);
  'version': (_quorate_node_v1_ConfigurationVersion__Output | null);
  'left': (boolean);
  'exposed': (string)[];
  'warnings': (string)[];
}
