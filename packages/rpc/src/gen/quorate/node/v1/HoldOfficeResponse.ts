// Original file: proto/quorate/node/v1/office.proto

import type { ObservedOffice as _quorate_node_v1_ObservedOffice, ObservedOffice__Output as _quorate_node_v1_ObservedOffice__Output } from '../../../quorate/node/v1/ObservedOffice.ts';

export interface HoldOfficeResponse {
  'observed'?: (_quorate_node_v1_ObservedOffice | null);
}

export interface HoldOfficeResponse__Output {
  'observed': (_quorate_node_v1_ObservedOffice__Output | null);
}
