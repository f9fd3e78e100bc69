// Original file: proto/quorate/master/v1/tokens.proto


export interface FinishJoinResponse {
  'nodeUuid'?: (string);
  'candidate'?: (boolean);
}

export interface FinishJoinResponse__Output {
  'nodeUuid': (string);
  'candidate': (boolean);
}
