// Original file: proto/quorate/node/v1/master_ip.proto


export interface ActivateMasterIpResponse {
  'masterIpHere'?: (boolean);
}

export interface ActivateMasterIpResponse__Output {
  'masterIpHere': (boolean);
}
