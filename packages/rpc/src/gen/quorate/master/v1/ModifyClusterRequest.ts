// Original file: proto/quorate/master/v1/parameters.proto


export interface ModifyClusterRequest {
  'candidatePoolSize'?: (number);
  'leaseMs'?: (number);
  'automaticFailover'?: (boolean);
  'pausedUntilSeconds'?: (number);
  '_candidatePoolSize'?: "candidatePoolSize";
  '_leaseMs'?: "leaseMs";
  '_automaticFailover'?: "automaticFailover";
  '_pausedUntilSeconds'?: "pausedUntilSeconds";
}

export interface ModifyClusterRequest__Output {
  'candidatePoolSize'?: (number);
  'leaseMs'?: (number);
  'automaticFailover'?: (boolean);
  'pausedUntilSeconds'?: (number);
  '_candidatePoolSize'?: "candidatePoolSize";
  '_leaseMs'?: "leaseMs";
  '_automaticFailover'?: "automaticFailover";
  '_pausedUntilSeconds'?: "pausedUntilSeconds";
}
