// Original file: proto/quorate/node/v1/renewal.proto

import type { Long } from '@grpc/proto-loader';

export interface PrepareRenewalRequest {
  'epoch'?: (number | string | Long);
  'renewalId'?: (string);
  'authorityPems'?: (string)[];
  'files'?: ({[key: string]: string});
  'certificatesFor'?: (string);
  '_certificatesFor'?: "certificatesFor";
}

export interface PrepareRenewalRequest__Output {
  'epoch': (number);
  'renewalId': (string);
  'authorityPems': (string)[];
  'files': ({[key: string]: string});
  'certificatesFor'?: (string);
  '_certificatesFor'?: "certificatesFor";
}
