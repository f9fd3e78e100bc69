// Original file: proto/quorate/node/v1/office.proto

import type { MasterDaemonState as _quorate_node_v1_MasterDaemonState, MasterDaemonState__Output as _quorate_node_v1_MasterDaemonState__Output } from '../../../quorate/node/v1/MasterDaemonState.ts';
import type { Long } from '@grpc/proto-loader';

export interface ObservedOffice {
  'masterDaemon'?: (_quorate_node_v1_MasterDaemonState);
  'masterIpHere'?: (boolean);
  'epoch'?: (number | string | Long);
  'masterIpLowered'?: (boolean);
}

export interface ObservedOffice__Output {
  'masterDaemon': (_quorate_node_v1_MasterDaemonState__Output);
  'masterIpHere': (boolean);
  'epoch': (number);
  'masterIpLowered': (boolean);
}
