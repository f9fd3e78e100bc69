// Original file: proto/quorate/master/v1/tokens.proto


export interface CreateTokenRequest {
  'node'?: (string);
  'witness'?: (boolean);
  'lifeSeconds'?: (number);
  'operator'?: (string);
  'nodeGroup'?: (string);
}

export interface CreateTokenRequest__Output {
  'node': (string);
  'witness': (boolean);
  'lifeSeconds': (number);
  'operator': (string);
  'nodeGroup': (string);
}
