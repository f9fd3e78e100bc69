// Original file: proto/quorate/master/v1/join.proto


export interface JoinRequest {
  'tokenId'?: (string);
  'secret'?: (string);
  'protocol'?: (number);
  'configurationFormat'?: (number);
  'software'?: (string);
  'name'?: (string);
  'primaryIp'?: (string);
  'secondaryIp'?: (string);
  'witness'?: (boolean);
  'certificateRequest'?: (string);
  'clientCertificateRequest'?: (string);
  'nodeCertificate'?: (string);
  'clientCertificate'?: (string);
  '_witness'?: "witness";
}

export interface JoinRequest__Output {
  'tokenId': (string);
  'secret': (string);
  'protocol': (number);
  'configurationFormat': (number);
  'software': (string);
  'name': (string);
  'primaryIp': (string);
  'secondaryIp': (string);
  'witness'?: (boolean);
  'certificateRequest': (string);
  'clientCertificateRequest': (string);
  'nodeCertificate': (string);
  'clientCertificate': (string);
  '_witness'?: "witness";
}
