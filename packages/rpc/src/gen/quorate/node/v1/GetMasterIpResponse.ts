// Original file: proto/quorate/node/v1/master_ip.proto

import type { MasterIpScriptState as _quorate_node_v1_MasterIpScriptState, MasterIpScriptState__Output as _quorate_node_v1_MasterIpScriptState__Output } from '../../../quorate/node/v1/MasterIpScriptState.ts';

export interface GetMasterIpResponse {
  'officeHeld'?: (boolean);
  'masterIpHere'?: (boolean);
  'masterIpRight'?: (boolean);
  'linkUp'?: (boolean);
  'lowered'?: (boolean);
  'problem'?: (string);
  'deviceExists'?: (boolean);
  'script'?: (_quorate_node_v1_MasterIpScriptState);
}

export interface GetMasterIpResponse__Output {
  'officeHeld': (boolean);
  'masterIpHere': (boolean);
  'masterIpRight': (boolean);
  'linkUp': (boolean);
  'lowered': (boolean);
  'problem': (string);
  'deviceExists': (boolean);
  'script': (_quorate_node_v1_MasterIpScriptState__Output);
}
