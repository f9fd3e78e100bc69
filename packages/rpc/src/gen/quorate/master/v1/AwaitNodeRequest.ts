// Original file: proto/quorate/master/v1/nodes.proto


export interface AwaitNodeRequest {
  'name'?: (string);
}

export interface AwaitNodeRequest__Output {
  'name': (string);
}
