// Original file: proto/quorate/node/v1/verify.proto


export interface MendNodeRequest {
}

export interface MendNodeRequest__Output {
}
