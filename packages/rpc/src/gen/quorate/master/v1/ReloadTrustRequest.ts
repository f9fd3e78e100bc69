// Original file: proto/quorate/master/v1/renewal.proto


export interface ReloadTrustRequest {
}

export interface ReloadTrustRequest__Output {
}
