// Original file: proto/quorate/node/v1/master_ip.proto


export interface ChangeMasterIpRequest {
  'netmask'?: (number);
  'device'?: (string);
  'externalScript'?: (boolean);
}

export interface ChangeMasterIpRequest__Output {
  'netmask': (number);
  'device': (string);
  'externalScript': (boolean);
}
