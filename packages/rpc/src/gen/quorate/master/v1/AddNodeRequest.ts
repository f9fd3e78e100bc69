// Original file: proto/quorate/master/v1/enrolment.proto


export interface AddNodeRequest {
  'nodeUuid'?: (string);
  'name'?: (string);
  'primaryIp'?: (string);
  'secondaryIp'?: (string);
  'nodeCertificate'?: (string);
  'clientCertificate'?: (string);
  'nodePort'?: (number);
  'masterPort'?: (number);
  'witness'?: (boolean);
  'sshPublicKey'?: (string);
  'nodeGroup'?: (string);
  'vmCapable'?: (boolean);
  'nodeParameters'?: (string);
  '_vmCapable'?: "vmCapable";
  '_nodeParameters'?: "nodeParameters";
}

export interface AddNodeRequest__Output {
  'nodeUuid': (string);
  'name': (string);
  'primaryIp': (string);
  'secondaryIp': (string);
  'nodeCertificate': (string);
  'clientCertificate': (string);
  'nodePort': (number);
  'masterPort': (number);
  'witness': (boolean);
  'sshPublicKey': (string);
  'nodeGroup': (string);
  'vmCapable'?: (boolean);
  'nodeParameters'?: (string);
  '_vmCapable'?: "vmCapable";
  '_nodeParameters'?: "nodeParameters";
}
