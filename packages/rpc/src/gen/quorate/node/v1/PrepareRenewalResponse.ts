// Original file: proto/quorate/node/v1/renewal.proto

import type { NodeTrust as _quorate_node_v1_NodeTrust, NodeTrust__Output as _quorate_node_v1_NodeTrust__Output } from '../../../quorate/node/v1/NodeTrust.ts';

export interface PrepareRenewalResponse {
  'trust'?: (_quorate_node_v1_NodeTrust | null);
  'certificateRequest'?: (string);
  'clientCertificateRequest'?: (string);
}

export interface PrepareRenewalResponse__Output {
  'trust': (_quorate_node_v1_NodeTrust__Output | null);
  'certificateRequest': (string);
  'clientCertificateRequest': (string);
}
