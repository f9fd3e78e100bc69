// Original file: proto/quorate/master/v1/mastership.proto


export interface StandDownResponse {
  'inOffice'?: (boolean);
}

export interface StandDownResponse__Output {
  'inOffice': (boolean);
}
