// Original file: proto/quorate/master/v1/parameters.proto


export interface RetireMasterResponse {
  'masterUuid'?: (string);
}

export interface RetireMasterResponse__Output {
  'masterUuid': (string);
}
