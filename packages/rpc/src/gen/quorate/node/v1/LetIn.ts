// Original file: proto/quorate/node/v1/verify.proto


export interface LetIn {
  'key'?: (string);
  'namedNodeUuid'?: (string);
}

export interface LetIn__Output {
  'key': (string);
  'namedNodeUuid': (string);
}
