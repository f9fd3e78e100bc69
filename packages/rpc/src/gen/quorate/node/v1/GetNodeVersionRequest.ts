// Original file: proto/quorate/node/v1/node_version.proto


export interface GetNodeVersionRequest {
}

export interface GetNodeVersionRequest__Output {
}
