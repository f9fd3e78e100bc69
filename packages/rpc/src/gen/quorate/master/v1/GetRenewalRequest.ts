// Original file: proto/quorate/master/v1/renewal.proto


export interface GetRenewalRequest {
}

export interface GetRenewalRequest__Output {
}
