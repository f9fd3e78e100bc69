// Original file: proto/quorate/node/v1/configuration.proto

import type { ConfigurationVersion as _quorate_node_v1_ConfigurationVersion, ConfigurationVersion__Output as _quorate_node_v1_ConfigurationVersion__Output } from '../../../quorate/node/v1/ConfigurationVersion.ts';

export interface PutConfigurationResponse {
  'version'?: (_quorate_node_v1_ConfigurationVersion | null);
  'holdsRecord'?: (boolean);
}

export interface PutConfigurationResponse__Output {
  'version': (_quorate_node_v1_ConfigurationVersion__Output | null);
  'holdsRecord': (boolean);
}
