// Original file: proto/quorate/node/v1/office.proto


export interface GetOfficeRequest {
}

export interface GetOfficeRequest__Output {
}
