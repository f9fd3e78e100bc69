// Original file: proto/quorate/master/v1/parameters.proto


export interface ModifyClusterRequest {
  'candidatePoolSize'?: (number);
  '_candidatePoolSize'?: "candidatePoolSize";
}

export interface ModifyClusterRequest__Output {
  'candidatePoolSize'?: (number);
  '_candidatePoolSize'?: "candidatePoolSize";
}
