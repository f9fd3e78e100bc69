// Original file: proto/quorate/node/v1/renewal.proto

import type { NodeTrust as _quorate_node_v1_NodeTrust, NodeTrust__Output as _quorate_node_v1_NodeTrust__Output } from '../../../quorate/node/v1/NodeTrust.ts';

export interface FinishRenewalResponse {
  'trust'?: (_quorate_node_v1_NodeTrust | null);
}

export interface FinishRenewalResponse__Output {
  'trust': (_quorate_node_v1_NodeTrust__Output | null);
}
