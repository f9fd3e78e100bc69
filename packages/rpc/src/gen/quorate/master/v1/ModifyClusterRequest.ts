// Original file: proto/quorate/master/v1/parameters.proto


export interface ModifyClusterRequest {
  'candidatePoolSize'?: (number);
  'leaseMs'?: (number);
  'automaticFailover'?: (boolean);
  'pausedUntilSeconds'?: (number);
  'masterNetmask'?: (number);
  'masterNetdev'?: (string);
  'useExternalMipScript'?: (boolean);
  'certificateLifeSeconds'?: (number);
  'automaticRenewal'?: (boolean);
  '_candidatePoolSize'?: "candidatePoolSize";
  '_leaseMs'?: "leaseMs";
  '_automaticFailover'?: "automaticFailover";
  '_pausedUntilSeconds'?: "pausedUntilSeconds";
  '_masterNetmask'?: "masterNetmask";
  '_masterNetdev'?: "masterNetdev";
  '_useExternalMipScript'?: "useExternalMipScript";
  '_certificateLifeSeconds'?: "certificateLifeSeconds";
  '_automaticRenewal'?: "automaticRenewal";
}

export interface ModifyClusterRequest__Output {
  'candidatePoolSize'?: (number);
  'leaseMs'?: (number);
  'automaticFailover'?: (boolean);
  'pausedUntilSeconds'?: (number);
  'masterNetmask'?: (number);
  'masterNetdev'?: (string);
  'useExternalMipScript'?: (boolean);
  'certificateLifeSeconds'?: (number);
  'automaticRenewal'?: (boolean);
  '_candidatePoolSize'?: "candidatePoolSize";
  '_leaseMs'?: "leaseMs";
  '_automaticFailover'?: "automaticFailover";
  '_pausedUntilSeconds'?: "pausedUntilSeconds";
  '_masterNetmask'?: "masterNetmask";
  '_masterNetdev'?: "masterNetdev";
  '_useExternalMipScript'?: "useExternalMipScript";
  '_certificateLifeSeconds'?: "certificateLifeSeconds";
  '_automaticRenewal'?: "automaticRenewal";
}
