// Original file: proto/quorate/node/v1/lease.proto


export interface NominateResponse {
}

export interface NominateResponse__Output {
}
