// Original file: proto/quorate/node/v1/master_ip.proto


export interface ChangeMasterIpResponse {
  'masterIpHere'?: (boolean);
}

export interface ChangeMasterIpResponse__Output {
  'masterIpHere': (boolean);
}
