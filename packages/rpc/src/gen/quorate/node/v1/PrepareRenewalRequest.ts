// Original file: proto/quorate/node/v1/renewal.proto

import type { SshKeyWish as _quorate_node_v1_SshKeyWish, SshKeyWish__Output as _quorate_node_v1_SshKeyWish__Output } from '../../../quorate/node/v1/SshKeyWish.ts';
import type { Long } from '@grpc/proto-loader';

export interface PrepareRenewalRequest {
  'epoch'?: (number | string | Long);
  'renewalId'?: (string);
  'authorityPems'?: (string)[];
  'files'?: ({[key: string]: string});
  'certificatesFor'?: (string);
  'sshKey'?: (_quorate_node_v1_SshKeyWish | null);
  '_certificatesFor'?: "certificatesFor";
}

export interface PrepareRenewalRequest__Output {
  'epoch': (number);
  'renewalId': (string);
  'authorityPems': (string)[];
  'files': ({[key: string]: string});
  'certificatesFor'?: (string);
  'sshKey': (_quorate_node_v1_SshKeyWish__Output | null);
  '_certificatesFor'?: "certificatesFor";
}
