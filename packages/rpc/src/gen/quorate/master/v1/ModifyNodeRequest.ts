// Original file: proto/quorate/master/v1/nodes.proto


export interface ModifyNodeRequest {
  'name'?: (string);
  'offline'?: (boolean);
  'priority'?: (number);
  'pausedUntilSeconds'?: (number);
  '_offline'?: "offline";
  '_priority'?: "priority";
  '_pausedUntilSeconds'?: "pausedUntilSeconds";
}

export interface ModifyNodeRequest__Output {
  'name': (string);
  'offline'?: (boolean);
  'priority'?: (number);
  'pausedUntilSeconds'?: (number);
  '_offline'?: "offline";
  '_priority'?: "priority";
  '_pausedUntilSeconds'?: "pausedUntilSeconds";
}
