// Original file: proto/quorate/master/v1/renewal.proto


export interface ReloadTrustResponse {
  'certificateSha256'?: (string);
  'authoritySha256s'?: (string)[];
}

export interface ReloadTrustResponse__Output {
  'certificateSha256': (string);
  'authoritySha256s': (string)[];
}
