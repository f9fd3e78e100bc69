// Original file: proto/quorate/node/v1/vote.proto


export interface GetVoteRequest {
}

export interface GetVoteRequest__Output {
}
