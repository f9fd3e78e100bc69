// Original file: proto/quorate/master/v1/enrolment.proto


export interface EnrolNodeRequest {
  'name'?: (string);
  'primaryIp'?: (string);
  'secondaryIp'?: (string);
  'certificateRequest'?: (string);
  'clientCertificateRequest'?: (string);
  'witness'?: (boolean);
  'nodeUuid'?: (string);
  'nodeCertificate'?: (string);
  'clientCertificate'?: (string);
  'sshPublicKey'?: (string);
  'nodeGroup'?: (string);
  'vmCapable'?: (boolean);
  'nodeParameters'?: (string);
  '_vmCapable'?: "vmCapable";
  '_nodeParameters'?: "nodeParameters";
}

export interface EnrolNodeRequest__Output {
  'name': (string);
  'primaryIp': (string);
  'secondaryIp': (string);
  'certificateRequest': (string);
  'clientCertificateRequest': (string);
  'witness': (boolean);
  'nodeUuid': (string);
  'nodeCertificate': (string);
  'clientCertificate': (string);
  'sshPublicKey': (string);
  'nodeGroup': (string);
  'vmCapable'?: (boolean);
  'nodeParameters'?: (string);
  '_vmCapable'?: "vmCapable";
  '_nodeParameters'?: "nodeParameters";
}
