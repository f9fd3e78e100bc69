// Original file: proto/quorate/node/v1/candidacy.proto


export interface GetCandidacyRequest {
}

export interface GetCandidacyRequest__Output {
}
