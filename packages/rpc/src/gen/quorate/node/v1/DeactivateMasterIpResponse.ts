// Original file: proto/quorate/node/v1/master_ip.proto


export interface DeactivateMasterIpResponse {
  'masterIpHere'?: (boolean);
}

export interface DeactivateMasterIpResponse__Output {
  'masterIpHere': (boolean);
}
