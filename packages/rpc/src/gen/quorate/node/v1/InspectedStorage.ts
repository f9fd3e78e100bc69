// Original file: proto/quorate/node/v1/verify.proto

import type { InspectedDirectory as _quorate_node_v1_InspectedDirectory, InspectedDirectory__Output as _quorate_node_v1_InspectedDirectory__Output } from '../../../quorate/node/v1/InspectedDirectory.ts';
import type { Long } from '@grpc/proto-loader';

export interface InspectedStorage {
  'allowedPaths'?: (string)[];
  'directories'?: (_quorate_node_v1_InspectedDirectory)[];
  'volumeGroups'?: ({[key: string]: number | string | Long});
  'volumeGroupsFailure'?: (string);
  'drbdHelper'?: (string);
  'drbdVersion'?: (string);
}

export interface InspectedStorage__Output {
  'allowedPaths': (string)[];
  'directories': (_quorate_node_v1_InspectedDirectory__Output)[];
  'volumeGroups': ({[key: string]: number});
  'volumeGroupsFailure': (string);
  'drbdHelper': (string);
  'drbdVersion': (string);
}
