// Original file: proto/quorate/node/v1/candidacy.proto


export interface ReceiveClusterKeyResponse {
  'clientCertificateSha1'?: (string);
}

export interface ReceiveClusterKeyResponse__Output {
  'clientCertificateSha1': (string);
}
