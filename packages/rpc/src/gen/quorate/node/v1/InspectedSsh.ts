// Original file: proto/quorate/node/v1/verify.proto

import type { LetIn as _quorate_node_v1_LetIn, LetIn__Output as _quorate_node_v1_LetIn__Output } from '../../../quorate/node/v1/LetIn.ts';

export interface InspectedSsh {
  'ownKey'?: (string);
  'letIn'?: (_quorate_node_v1_LetIn)[];
}

export interface InspectedSsh__Output {
  'ownKey': (string);
  'letIn': (_quorate_node_v1_LetIn__Output)[];
}
