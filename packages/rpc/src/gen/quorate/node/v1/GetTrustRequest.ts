// Original file: proto/quorate/node/v1/renewal.proto


export interface GetTrustRequest {
}

export interface GetTrustRequest__Output {
}
