// Original file: proto/quorate/master/v1/renewal.proto

import type { Long } from '@grpc/proto-loader';

export interface RenewalUnderWay {
  'id'?: (string);
  'phase'?: (string);
  'since'?: (string);
  'items'?: (string)[];
  'dropAt'?: (number | string | Long);
  'waitingFor'?: (string)[];
}

export interface RenewalUnderWay__Output {
  'id': (string);
  'phase': (string);
  'since': (string);
  'items': (string)[];
  'dropAt': (number);
  'waitingFor': (string)[];
}
