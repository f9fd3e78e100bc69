// Original file: proto/quorate/node/v1/configuration.proto

import type { ConfigurationVersion as _quorate_node_v1_ConfigurationVersion, ConfigurationVersion__Output as _quorate_node_v1_ConfigurationVersion__Output } from '../../../quorate/node/v1/ConfigurationVersion.ts';

export interface PutConfigurationRequest {
  'version'?: (_quorate_node_v1_ConfigurationVersion | null);
  'masterUuid'?: (string);
  'roster'?: (string);
  'ssconf'?: ({[key: string]: string});
  'record'?: (string);
  'rewrite'?: (boolean);
  '_record'?: "record";
}

export interface PutConfigurationRequest__Output {
  'version': (_quorate_node_v1_ConfigurationVersion__Output | null);
  'masterUuid': (string);
  'roster': (string);
  'ssconf': ({[key: string]: string});
  'record'?: (string);
  'rewrite': (boolean);
  '_record'?: "record";
}
