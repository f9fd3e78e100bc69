// Original file: proto/quorate/master/v1/parameters.proto


export interface RetireMasterRequest {
}

export interface RetireMasterRequest__Output {
}
