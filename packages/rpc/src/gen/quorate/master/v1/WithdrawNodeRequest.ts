// Original file: proto/quorate/master/v1/enrolment.proto


export interface WithdrawNodeRequest {
  'nodeUuid'?: (string);
  'name'?: (string);
  'nodeCertificate'?: (string);
}

export interface WithdrawNodeRequest__Output {
  'nodeUuid': (string);
  'name': (string);
  'nodeCertificate': (string);
}
