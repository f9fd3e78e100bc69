// Original file: proto/quorate/node/v1/node_version.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetNodeVersionRequest as _quorate_node_v1_GetNodeVersionRequest, GetNodeVersionRequest__Output as _quorate_node_v1_GetNodeVersionRequest__Output } from '../../../quorate/node/v1/GetNodeVersionRequest.ts';
import type { GetNodeVersionResponse as _quorate_node_v1_GetNodeVersionResponse, GetNodeVersionResponse__Output as _quorate_node_v1_GetNodeVersionResponse__Output } from '../../../quorate/node/v1/GetNodeVersionResponse.ts';

export interface NodeVersionServiceClient extends grpc.Client {
  GetNodeVersion(argument: _quorate_node_v1_GetNodeVersionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetNodeVersionResponse__Output>): grpc.ClientUnaryCall;
  GetNodeVersion(argument: _quorate_node_v1_GetNodeVersionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetNodeVersionResponse__Output>): grpc.ClientUnaryCall;
  GetNodeVersion(argument: _quorate_node_v1_GetNodeVersionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetNodeVersionResponse__Output>): grpc.ClientUnaryCall;
  GetNodeVersion(argument: _quorate_node_v1_GetNodeVersionRequest, callback: grpc.requestCallback<_quorate_node_v1_GetNodeVersionResponse__Output>): grpc.ClientUnaryCall;
  getNodeVersion(argument: _quorate_node_v1_GetNodeVersionRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetNodeVersionResponse__Output>): grpc.ClientUnaryCall;
  getNodeVersion(argument: _quorate_node_v1_GetNodeVersionRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetNodeVersionResponse__Output>): grpc.ClientUnaryCall;
  getNodeVersion(argument: _quorate_node_v1_GetNodeVersionRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetNodeVersionResponse__Output>): grpc.ClientUnaryCall;
  getNodeVersion(argument: _quorate_node_v1_GetNodeVersionRequest, callback: grpc.requestCallback<_quorate_node_v1_GetNodeVersionResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface NodeVersionServiceHandlers extends grpc.UntypedServiceImplementation {
  GetNodeVersion: grpc.handleUnaryCall<_quorate_node_v1_GetNodeVersionRequest__Output, _quorate_node_v1_GetNodeVersionResponse>;
  
}

export interface NodeVersionServiceDefinition extends grpc.ServiceDefinition {
  GetNodeVersion: MethodDefinition<_quorate_node_v1_GetNodeVersionRequest, _quorate_node_v1_GetNodeVersionResponse, _quorate_node_v1_GetNodeVersionRequest__Output, _quorate_node_v1_GetNodeVersionResponse__Output>
}
