// Original file: proto/quorate/node/v1/master_ip.proto


export interface DeactivateMasterIpRequest {
}

export interface DeactivateMasterIpRequest__Output {
}
