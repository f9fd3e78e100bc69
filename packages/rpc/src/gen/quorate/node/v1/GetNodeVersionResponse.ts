// Original file: proto/quorate/node/v1/node_version.proto


export interface GetNodeVersionResponse {
  'softwareVersion'?: (string);
  'protocolVersion'?: (number);
  'configurationFormat'?: (number);
}

export interface GetNodeVersionResponse__Output {
  'softwareVersion': (string);
  'protocolVersion': (number);
  'configurationFormat': (number);
}
