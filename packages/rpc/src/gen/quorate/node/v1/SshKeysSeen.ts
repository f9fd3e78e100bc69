// Original file: proto/quorate/node/v1/renewal.proto


export interface SshKeysSeen {
  'own'?: (string)[];
  'letIn'?: (string)[];
  'letInByUs'?: (string)[];
}

export interface SshKeysSeen__Output {
  'own': (string)[];
  'letIn': (string)[];
  'letInByUs': (string)[];
}
