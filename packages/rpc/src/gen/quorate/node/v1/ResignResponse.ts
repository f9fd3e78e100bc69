// Original file: proto/quorate/node/v1/lease.proto


export interface ResignResponse {
}

export interface ResignResponse__Output {
}
