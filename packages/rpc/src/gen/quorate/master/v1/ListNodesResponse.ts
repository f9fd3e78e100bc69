// Original file: proto/quorate/master/v1/nodes.proto

import type { NodeDetails as _quorate_master_v1_NodeDetails, NodeDetails__Output as _quorate_master_v1_NodeDetails__Output } from '../../../quorate/master/v1/NodeDetails.ts';

export interface ListNodesResponse {
  'nodes'?: (_quorate_master_v1_NodeDetails)[];
}

export interface ListNodesResponse__Output {
  'nodes': (_quorate_master_v1_NodeDetails__Output)[];
}
