// Original file: proto/quorate/master/v1/tokens.proto

import type { TokenEntry as _quorate_master_v1_TokenEntry, TokenEntry__Output as _quorate_master_v1_TokenEntry__Output } from '../../../quorate/master/v1/TokenEntry.ts';

export interface ListTokensResponse {
  'tokens'?: (_quorate_master_v1_TokenEntry)[];
}

export interface ListTokensResponse__Output {
  'tokens': (_quorate_master_v1_TokenEntry__Output)[];
}
