// Original file: proto/quorate/master/v1/nodes.proto


export interface ListNodesRequest {
}

export interface ListNodesRequest__Output {
}
