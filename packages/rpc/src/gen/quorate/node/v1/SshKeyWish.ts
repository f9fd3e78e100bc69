// Original file: proto/quorate/node/v1/renewal.proto


export interface SshKeyWish {
  'type'?: (string);
  'bits'?: (number);
}

export interface SshKeyWish__Output {
  'type': (string);
  'bits': (number);
}
