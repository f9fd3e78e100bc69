// Original file: proto/quorate/master/v1/enrolment.proto


export interface WithdrawNodeResponse {
  'wasNode'?: (boolean);
}

export interface WithdrawNodeResponse__Output {
  'wasNode': (boolean);
}
