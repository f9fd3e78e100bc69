// Original file: proto/quorate/node/v1/verify.proto


export interface InspectNodeRequest {
  'volumeGroups'?: (boolean);
  'ssh'?: (boolean);
}

export interface InspectNodeRequest__Output {
  'volumeGroups': (boolean);
  'ssh': (boolean);
}
