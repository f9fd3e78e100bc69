// Original file: proto/quorate/node/v1/master_ip.proto


export interface GetMasterIpRequest {
  'device'?: (string);
}

export interface GetMasterIpRequest__Output {
  'device': (string);
}
