// Original file: proto/quorate/master/v1/tokens.proto


export interface RevokeTokenRequest {
  'id'?: (string);
  'operator'?: (string);
}

export interface RevokeTokenRequest__Output {
  'id': (string);
  'operator': (string);
}
