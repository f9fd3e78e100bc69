// Original file: proto/quorate/node/v1/verify.proto

import type { Network as _quorate_node_v1_Network, Network__Output as _quorate_node_v1_Network__Output } from '../../../quorate/node/v1/Network.ts';
import type { TcpAnswer as _quorate_node_v1_TcpAnswer, TcpAnswer__Output as _quorate_node_v1_TcpAnswer__Output } from '../../../quorate/node/v1/TcpAnswer.ts';

export interface TriedAddress {
  'nodeUuid'?: (string);
  'network'?: (_quorate_node_v1_Network);
  'address'?: (string);
  'port'?: (number);
  'answer'?: (_quorate_node_v1_TcpAnswer);
}

export interface TriedAddress__Output {
  'nodeUuid': (string);
  'network': (_quorate_node_v1_Network__Output);
  'address': (string);
  'port': (number);
  'answer': (_quorate_node_v1_TcpAnswer__Output);
}
