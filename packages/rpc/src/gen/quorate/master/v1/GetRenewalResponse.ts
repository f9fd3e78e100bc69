// Original file: proto/quorate/master/v1/renewal.proto

import type { RenewalUnderWay as _quorate_master_v1_RenewalUnderWay, RenewalUnderWay__Output as _quorate_master_v1_RenewalUnderWay__Output } from '../../../quorate/master/v1/RenewalUnderWay.ts';
import type { RenewalEnded as _quorate_master_v1_RenewalEnded, RenewalEnded__Output as _quorate_master_v1_RenewalEnded__Output } from '../../../quorate/master/v1/RenewalEnded.ts';
import type { RenewalNode as _quorate_master_v1_RenewalNode, RenewalNode__Output as _quorate_master_v1_RenewalNode__Output } from '../../../quorate/master/v1/RenewalNode.ts';
import type { Long } from '@grpc/proto-loader';

export interface GetRenewalResponse {
  'underWay'?: (_quorate_master_v1_RenewalUnderWay | null);
  'last'?: (_quorate_master_v1_RenewalEnded | null);
  'nodes'?: (_quorate_master_v1_RenewalNode)[];
  'clusterCertificateNotAfter'?: (number | string | Long);
}

export interface GetRenewalResponse__Output {
  'underWay': (_quorate_master_v1_RenewalUnderWay__Output | null);
  'last': (_quorate_master_v1_RenewalEnded__Output | null);
  'nodes': (_quorate_master_v1_RenewalNode__Output)[];
  'clusterCertificateNotAfter': (number);
}
