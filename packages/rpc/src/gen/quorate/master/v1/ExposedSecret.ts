// Original file: proto/quorate/master/v1/status.proto


export interface ExposedSecret {
  'secret'?: (string);
  'knownTo'?: (string)[];
}

export interface ExposedSecret__Output {
  'secret': (string);
  'knownTo': (string)[];
}
