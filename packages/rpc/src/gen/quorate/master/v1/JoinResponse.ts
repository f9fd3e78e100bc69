// Original file: proto/quorate/master/v1/join.proto


export interface JoinResponse {
  'clusterName'?: (string);
  'clusterUuid'?: (string);
  'nodeUuid'?: (string);
  'candidate'?: (boolean);
  'nodeCertificate'?: (string);
  'clientCertificate'?: (string);
  'files'?: ({[key: string]: string});
  'sshKeyBits'?: (number);
}

export interface JoinResponse__Output {
  'clusterName': (string);
  'clusterUuid': (string);
  'nodeUuid': (string);
  'candidate': (boolean);
  'nodeCertificate': (string);
  'clientCertificate': (string);
  'files': ({[key: string]: string});
  'sshKeyBits': (number);
}
