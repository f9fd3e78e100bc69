// Original file: proto/quorate/node/v1/configuration.proto


export interface GetConfigurationRequest {
}

export interface GetConfigurationRequest__Output {
}
