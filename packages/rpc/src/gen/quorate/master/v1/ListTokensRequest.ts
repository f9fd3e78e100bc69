// Original file: proto/quorate/master/v1/tokens.proto


export interface ListTokensRequest {
}

export interface ListTokensRequest__Output {
}
