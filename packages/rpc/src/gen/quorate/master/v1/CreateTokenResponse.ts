// Original file: proto/quorate/master/v1/tokens.proto

import type { Long } from '@grpc/proto-loader';

export interface CreateTokenResponse {
  'id'?: (string);
  'secret'?: (string);
  'anchors'?: (string)[];
  'port'?: (number);
  'addresses'?: (string)[];
  'expiresSeconds'?: (number | string | Long);
}

export interface CreateTokenResponse__Output {
  'id': (string);
  'secret': (string);
  'anchors': (string)[];
  'port': (number);
  'addresses': (string)[];
  'expiresSeconds': (number);
}
