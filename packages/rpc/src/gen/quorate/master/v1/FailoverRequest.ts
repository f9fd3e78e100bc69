// Original file: proto/quorate/master/v1/mastership.proto


export interface FailoverRequest {
  'noVoting'?: (boolean);
  'confirmed'?: (boolean);
  'acceptDataLoss'?: (boolean);
}

export interface FailoverRequest__Output {
  'noVoting': (boolean);
  'confirmed': (boolean);
  'acceptDataLoss': (boolean);
}
