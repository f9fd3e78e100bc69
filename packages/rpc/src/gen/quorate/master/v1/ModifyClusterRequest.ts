// Original file: proto/quorate/master/v1/parameters.proto


export interface ModifyClusterRequest {
  'candidatePoolSize'?: (number);
  'leaseMs'?: (number);
  'automaticFailover'?: (boolean);
  'pausedUntilSeconds'?: (number);
  'masterNetmask'?: (number);
  'masterNetdev'?: (string);
  'useExternalMipScript'?: (boolean);
  '_candidatePoolSize'?: "candidatePoolSize";
  '_leaseMs'?: "leaseMs";
  '_automaticFailover'?: "automaticFailover";
  '_pausedUntilSeconds'?: "pausedUntilSeconds";
  '_masterNetmask'?: "masterNetmask";
  '_masterNetdev'?: "masterNetdev";
  '_useExternalMipScript'?: "useExternalMipScript";
}

export interface ModifyClusterRequest__Output {
  'candidatePoolSize'?: (number);
  'leaseMs'?: (number);
  'automaticFailover'?: (boolean);
  'pausedUntilSeconds'?: (number);
  'masterNetmask'?: (number);
  'masterNetdev'?: (string);
  'useExternalMipScript'?: (boolean);
  '_candidatePoolSize'?: "candidatePoolSize";
  '_leaseMs'?: "leaseMs";
  '_automaticFailover'?: "automaticFailover";
  '_pausedUntilSeconds'?: "pausedUntilSeconds";
  '_masterNetmask'?: "masterNetmask";
  '_masterNetdev'?: "masterNetdev";
  '_useExternalMipScript'?: "useExternalMipScript";
}
