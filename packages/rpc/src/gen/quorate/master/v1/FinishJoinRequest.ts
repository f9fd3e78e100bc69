// Original file: proto/quorate/master/v1/tokens.proto


export interface FinishJoinRequest {
  'nodeCertificate'?: (string);
  'clientCertificate'?: (string);
  'nodePort'?: (number);
  'masterPort'?: (number);
  'sshPublicKey'?: (string);
}

export interface FinishJoinRequest__Output {
  'nodeCertificate': (string);
  'clientCertificate': (string);
  'nodePort': (number);
  'masterPort': (number);
  'sshPublicKey': (string);
}
