// Original file: proto/quorate/master/v1/mastership.proto


export interface HandOverRequest {
  'candidateUuid'?: (string);
}

export interface HandOverRequest__Output {
  'candidateUuid': (string);
}
