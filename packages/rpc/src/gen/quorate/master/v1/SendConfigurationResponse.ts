// Original file: proto/quorate/master/v1/repair.proto


export interface SendConfigurationResponse {
}

export interface SendConfigurationResponse__Output {
}
