// Original file: proto/quorate/master/v1/renewal.proto


export interface SteerRenewalResponse {
}

export interface SteerRenewalResponse__Output {
}
