// Original file: proto/quorate/master/v1/nodes.proto


export interface ModifyNodeRequest {
  'name'?: (string);
  'offline'?: (boolean);
  'priority'?: (number);
  'pausedUntilSeconds'?: (number);
  'masterCandidate'?: (boolean);
  'drained'?: (boolean);
  'masterCapable'?: (boolean);
  'vmCapable'?: (boolean);
  'secondaryIp'?: (string);
  'nodeParameters'?: (string);
  'autoPromote'?: (boolean);
  'force'?: (boolean);
  'dryRun'?: (boolean);
  '_offline'?: "offline";
  '_priority'?: "priority";
  '_pausedUntilSeconds'?: "pausedUntilSeconds";
  '_masterCandidate'?: "masterCandidate";
  '_drained'?: "drained";
  '_masterCapable'?: "masterCapable";
  '_vmCapable'?: "vmCapable";
  '_secondaryIp'?: "secondaryIp";
  '_nodeParameters'?: "nodeParameters";
}

export interface ModifyNodeRequest__Output {
  'name': (string);
  'offline'?: (boolean);
  'priority'?: (number);
  'pausedUntilSeconds'?: (number);
  'masterCandidate'?: (boolean);
  'drained'?: (boolean);
  'masterCapable'?: (boolean);
  'vmCapable'?: (boolean);
  'secondaryIp'?: (string);
  'nodeParameters'?: (string);
  'autoPromote': (boolean);
  'force': (boolean);
  'dryRun': (boolean);
  '_offline'?: "offline";
  '_priority'?: "priority";
  '_pausedUntilSeconds'?: "pausedUntilSeconds";
  '_masterCandidate'?: "masterCandidate";
  '_drained'?: "drained";
  '_masterCapable'?: "masterCapable";
  '_vmCapable'?: "vmCapable";
  '_secondaryIp'?: "secondaryIp";
  '_nodeParameters'?: "nodeParameters";
}
