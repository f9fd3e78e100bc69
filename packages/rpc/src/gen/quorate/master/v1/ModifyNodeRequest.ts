// Original file: proto/quorate/master/v1/nodes.proto


export interface ModifyNodeRequest {
  'name'?: (string);
  'offline'?: (boolean);
  '_offline'?: "offline";
}

export interface ModifyNodeRequest__Output {
  'name': (string);
  'offline'?: (boolean);
  '_offline'?: "offline";
}
