// Original file: proto/quorate/node/v1/verify.proto


export interface GetNodeFactsRequest {
}

export interface GetNodeFactsRequest__Output {
}
