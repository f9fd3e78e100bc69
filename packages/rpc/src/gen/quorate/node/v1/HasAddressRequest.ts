// Original file: proto/quorate/node/v1/address.proto


export interface HasAddressRequest {
  'address'?: (string);
}

export interface HasAddressRequest__Output {
  'address': (string);
}
