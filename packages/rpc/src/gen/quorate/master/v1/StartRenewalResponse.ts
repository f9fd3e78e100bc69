// Original file: proto/quorate/master/v1/renewal.proto


export interface StartRenewalResponse {
  'id'?: (string);
  'present'?: (string)[];
  'away'?: (string)[];
}

export interface StartRenewalResponse__Output {
  'id': (string);
  'present': (string)[];
  'away': (string)[];
}
