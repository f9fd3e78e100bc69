// Original file: proto/quorate/node/v1/renewal.proto

import type { Long } from '@grpc/proto-loader';

export interface SwitchRenewalRequest {
  'epoch'?: (number | string | Long);
  'renewalId'?: (string);
  'nodeCertificate'?: (string);
  'clientCertificate'?: (string);
  'linkCertificate'?: (string);
}

export interface SwitchRenewalRequest__Output {
  'epoch': (number);
  'renewalId': (string);
  'nodeCertificate': (string);
  'clientCertificate': (string);
  'linkCertificate': (string);
}
