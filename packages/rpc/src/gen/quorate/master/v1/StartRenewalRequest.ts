// Original file: proto/quorate/master/v1/renewal.proto


export interface StartRenewalRequest {
  'items'?: (string)[];
  'nodeNames'?: (string)[];
  'suppliedFiles'?: ({[key: string]: string});
  'graceSeconds'?: (number);
  'dryRun'?: (boolean);
  'sshKeyType'?: (string);
  'sshKeyBits'?: (number);
}

export interface StartRenewalRequest__Output {
  'items': (string)[];
  'nodeNames': (string)[];
  'suppliedFiles': ({[key: string]: string});
  'graceSeconds': (number);
  'dryRun': (boolean);
  'sshKeyType': (string);
  'sshKeyBits': (number);
}
