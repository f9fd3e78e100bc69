// Original file: proto/quorate/node/v1/configuration.proto

import type { ConfigurationVersion as _quorate_node_v1_ConfigurationVersion, ConfigurationVersion__Output as _quorate_node_v1_ConfigurationVersion__Output } from '../../../quorate/node/v1/ConfigurationVersion.ts';

export interface GetConfigurationResponse {
  'version'?: (_quorate_node_v1_ConfigurationVersion | null);
  'record'?: (string);
}

export interface GetConfigurationResponse__Output {
  'version': (_quorate_node_v1_ConfigurationVersion__Output | null);
  'record': (string);
}
