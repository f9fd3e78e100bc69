// Original file: proto/quorate/master/v1/nodes.proto


export interface RemoveNodeRequest {
  'name'?: (string);
  'dryRun'?: (boolean);
}

export interface RemoveNodeRequest__Output {
  'name': (string);
  'dryRun': (boolean);
}
