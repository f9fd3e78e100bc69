// Original file: proto/quorate/master/v1/renewal.proto

import type { Long } from '@grpc/proto-loader';

export interface RenewalNode {
  'name'?: (string);
  'uuid'?: (string);
  'state'?: (string);
  'why'?: (string);
  'certificateNotAfter'?: (number | string | Long);
}

export interface RenewalNode__Output {
  'name': (string);
  'uuid': (string);
  'state': (string);
  'why': (string);
  'certificateNotAfter': (number);
}
