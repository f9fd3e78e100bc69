// Original file: proto/quorate/master/v1/status.proto


export interface GetStatusRequest {
}

export interface GetStatusRequest__Output {
}
