// Original file: proto/quorate/node/v1/verify.proto


export interface InspectedDirectory {
  'key'?: (string);
  'path'?: (string);
  'isDirectory'?: (boolean);
  'writable'?: (boolean);
}

export interface InspectedDirectory__Output {
  'key': (string);
  'path': (string);
  'isDirectory': (boolean);
  'writable': (boolean);
}
