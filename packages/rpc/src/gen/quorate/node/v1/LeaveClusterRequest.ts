// Original file: proto/quorate/node/v1/membership.proto


export interface LeaveClusterRequest {
  'clusterUuid'?: (string);
}

export interface LeaveClusterRequest__Output {
  'clusterUuid': (string);
}
