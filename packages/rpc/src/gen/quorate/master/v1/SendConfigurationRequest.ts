// Original file: proto/quorate/master/v1/repair.proto


export interface SendConfigurationRequest {
  'nodeUuid'?: (string);
}

export interface SendConfigurationRequest__Output {
  'nodeUuid': (string);
}
