// Original file: proto/quorate/node/v1/master_ip.proto


export interface ActivateMasterIpRequest {
}

export interface ActivateMasterIpRequest__Output {
}
