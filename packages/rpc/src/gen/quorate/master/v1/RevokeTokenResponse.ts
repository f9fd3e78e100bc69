// Original file: proto/quorate/master/v1/tokens.proto


export interface RevokeTokenResponse {
  'claimedBy'?: (string);
  'hadClusterKey'?: (boolean);
}

export interface RevokeTokenResponse__Output {
  'claimedBy': (string);
  'hadClusterKey': (boolean);
}
