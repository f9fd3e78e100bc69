// Original file: proto/quorate/node/v1/candidacy.proto


export interface GetCandidacyResponse {
  'holdsClusterKey'?: (boolean);
  'clientCertificateSha1'?: (string);
}

export interface GetCandidacyResponse__Output {
  'holdsClusterKey': (boolean);
  'clientCertificateSha1': (string);
}
