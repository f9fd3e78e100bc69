// Original file: proto/quorate/master/v1/renewal.proto


export interface RenewalEnded {
  'id'?: (string);
  'end'?: (string);
  'at'?: (string);
  'leftBehind'?: (string)[];
}

export interface RenewalEnded__Output {
  'id': (string);
  'end': (string);
  'at': (string);
  'leftBehind': (string)[];
}
