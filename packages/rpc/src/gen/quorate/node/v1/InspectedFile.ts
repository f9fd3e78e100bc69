// Original file: proto/quorate/node/v1/verify.proto


export interface InspectedFile {
  'path'?: (string);
  'mode'?: (number);
  'wantedMode'?: (number);
  'owner'?: (number);
  'wantedOwner'?: (number);
}

export interface InspectedFile__Output {
  'path': (string);
  'mode': (number);
  'wantedMode': (number);
  'owner': (number);
  'wantedOwner': (number);
}
