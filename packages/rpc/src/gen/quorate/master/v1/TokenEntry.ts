// Original file: proto/quorate/master/v1/tokens.proto

import type { Long } from '@grpc/proto-loader';

export interface TokenEntry {
  'id'?: (string);
  'state'?: (string);
  'createdSeconds'?: (number | string | Long);
  'expiresSeconds'?: (number | string | Long);
  'createdBy'?: (string);
  'node'?: (string);
  'witness'?: (boolean);
  'claimedBy'?: (string);
}

export interface TokenEntry__Output {
  'id': (string);
  'state': (string);
  'createdSeconds': (number);
  'expiresSeconds': (number);
  'createdBy': (string);
  'node': (string);
  'witness': (boolean);
  'claimedBy': (string);
}
