// Original file: proto/quorate/master/v1/nodes.proto

import type { Long } from '@grpc/proto-loader';

export interface NodeDetails {
  'uuid'?: (string);
  'name'?: (string);
  'primaryIp'?: (string);
  'secondaryIp'?: (string);
  'nodePort'?: (number);
  'masterPort'?: (number);
  'role'?: (string);
  'masterCapable'?: (boolean);
  'vmCapable'?: (boolean);
  'group'?: (string);
  'nodeParameters'?: (string);
  'certificateSha256'?: (string);
  'mayHoldClusterKey'?: (boolean);
  'instances'?: (string)[];
  'serial'?: (number | string | Long);
  'createdSeconds'?: (number | string | Long);
  'modifiedSeconds'?: (number | string | Long);
}

export interface NodeDetails__Output {
  'uuid': (string);
  'name': (string);
  'primaryIp': (string);
  'secondaryIp': (string);
  'nodePort': (number);
  'masterPort': (number);
  'role': (string);
  'masterCapable': (boolean);
  'vmCapable': (boolean);
  'group': (string);
  'nodeParameters': (string);
  'certificateSha256': (string);
  'mayHoldClusterKey': (boolean);
  'instances': (string)[];
  'serial': (number);
  'createdSeconds': (number);
  'modifiedSeconds': (number);
}
