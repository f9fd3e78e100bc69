// Original file: proto/quorate/master/v1/enrolment.proto


export interface AddNodeResponse {
  'candidate'?: (boolean);
}

export interface AddNodeResponse__Output {
  'candidate': (boolean);
}
