// Original file: proto/quorate/master/v1/renewal.proto


export interface SteerRenewalRequest {
  'abort'?: (boolean);
  'graceSeconds'?: (number);
  '_graceSeconds'?: "graceSeconds";
}

export interface SteerRenewalRequest__Output {
  'abort': (boolean);
  'graceSeconds'?: (number);
  '_graceSeconds'?: "graceSeconds";
}
