// Original file: proto/quorate/node/v1/verify.proto


export interface MendNodeResponse {
  'changedPaths'?: (string)[];
  'removedNames'?: (string)[];
}

export interface MendNodeResponse__Output {
  'changedPaths': (string)[];
  'removedNames': (string)[];
}
