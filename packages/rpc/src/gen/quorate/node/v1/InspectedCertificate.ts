// Original file: proto/quorate/node/v1/verify.proto

import type { Long } from '@grpc/proto-loader';

export interface InspectedCertificate {
  'file'?: (string);
  'problem'?: (string);
  'notBefore'?: (number | string | Long);
  'notAfter'?: (number | string | Long);
  'sha256'?: (string);
  'sha1'?: (string);
  'selfSigned'?: (boolean);
  'signedByCluster'?: (boolean);
  'signedByTrusted'?: (boolean);
}

export interface InspectedCertificate__Output {
  'file': (string);
  'problem': (string);
  'notBefore': (number);
  'notAfter': (number);
  'sha256': (string);
  'sha1': (string);
  'selfSigned': (boolean);
  'signedByCluster': (boolean);
  'signedByTrusted': (boolean);
}
