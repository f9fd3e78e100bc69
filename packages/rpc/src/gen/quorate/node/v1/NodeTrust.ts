// Original file: proto/quorate/node/v1/renewal.proto

import type { RenewalStage as _quorate_node_v1_RenewalStage, RenewalStage__Output as _quorate_node_v1_RenewalStage__Output } from '../../../quorate/node/v1/RenewalStage.ts';
import type { SshKeysSeen as _quorate_node_v1_SshKeysSeen, SshKeysSeen__Output as _quorate_node_v1_SshKeysSeen__Output } from '../../../quorate/node/v1/SshKeysSeen.ts';
import type { Long } from '@grpc/proto-loader';

export interface NodeTrust {
  'certificateSha256'?: (string);
  'clientCertificateSha1'?: (string);
  'authoritySha256s'?: (string)[];
  'issuedMs'?: (number | string | Long);
  'notAfterMs'?: (number | string | Long);
  'authorityNotAfterMs'?: (number | string | Long);
  'stage'?: (_quorate_node_v1_RenewalStage);
  'renewalId'?: (string);
  'fingerprints'?: ({[key: string]: string});
  'holdsClusterKey'?: (boolean);
  'newSshPublicKey'?: (string);
  'sshKeys'?: (_quorate_node_v1_SshKeysSeen | null);
}

export interface NodeTrust__Output {
  'certificateSha256': (string);
  'clientCertificateSha1': (string);
  'authoritySha256s': (string)[];
  'issuedMs': (number);
  'notAfterMs': (number);
  'authorityNotAfterMs': (number);
  'stage': (_quorate_node_v1_RenewalStage__Output);
  'renewalId': (string);
  'fingerprints': ({[key: string]: string});
  'holdsClusterKey': (boolean);
  'newSshPublicKey': (string);
  'sshKeys': (_quorate_node_v1_SshKeysSeen__Output | null);
}
