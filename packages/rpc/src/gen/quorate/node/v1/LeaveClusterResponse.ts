// Original file: proto/quorate/node/v1/membership.proto


export interface LeaveClusterResponse {
}

export interface LeaveClusterResponse__Output {
}
