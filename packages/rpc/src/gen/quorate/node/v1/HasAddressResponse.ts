// Original file: proto/quorate/node/v1/address.proto


export interface HasAddressResponse {
  'here'?: (boolean);
}

export interface HasAddressResponse__Output {
  'here': (boolean);
}
