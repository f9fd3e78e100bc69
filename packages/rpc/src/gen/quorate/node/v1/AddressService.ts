// Original file: proto/quorate/node/v1/address.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { HasAddressRequest as _quorate_node_v1_HasAddressRequest, HasAddressRequest__Output as _quorate_node_v1_HasAddressRequest__Output } from '../../../quorate/node/v1/HasAddressRequest.ts';
import type { HasAddressResponse as _quorate_node_v1_HasAddressResponse, HasAddressResponse__Output as _quorate_node_v1_HasAddressResponse__Output } from '../../../quorate/node/v1/HasAddressResponse.ts';

export interface AddressServiceClient extends grpc.Client {
  HasAddress(argument: _quorate_node_v1_HasAddressRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_HasAddressResponse__Output>): grpc.ClientUnaryCall;
  HasAddress(argument: _quorate_node_v1_HasAddressRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_HasAddressResponse__Output>): grpc.ClientUnaryCall;
  HasAddress(argument: _quorate_node_v1_HasAddressRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_HasAddressResponse__Output>): grpc.ClientUnaryCall;
  HasAddress(argument: _quorate_node_v1_HasAddressRequest, callback: grpc.requestCallback<_quorate_node_v1_HasAddressResponse__Output>): grpc.ClientUnaryCall;
  hasAddress(argument: _quorate_node_v1_HasAddressRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_HasAddressResponse__Output>): grpc.ClientUnaryCall;
  hasAddress(argument: _quorate_node_v1_HasAddressRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_HasAddressResponse__Output>): grpc.ClientUnaryCall;
  hasAddress(argument: _quorate_node_v1_HasAddressRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_HasAddressResponse__Output>): grpc.ClientUnaryCall;
  hasAddress(argument: _quorate_node_v1_HasAddressRequest, callback: grpc.requestCallback<_quorate_node_v1_HasAddressResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface AddressServiceHandlers extends grpc.UntypedServiceImplementation {
  HasAddress: grpc.handleUnaryCall<_quorate_node_v1_HasAddressRequest__Output, _quorate_node_v1_HasAddressResponse>;
  
}

export interface AddressServiceDefinition extends grpc.ServiceDefinition {
  HasAddress: MethodDefinition<_quorate_node_v1_HasAddressRequest, _quorate_node_v1_HasAddressResponse, _quorate_node_v1_HasAddressRequest__Output, _quorate_node_v1_HasAddressResponse__Output>
}
