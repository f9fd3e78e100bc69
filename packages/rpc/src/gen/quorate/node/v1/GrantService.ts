// Original file: proto/quorate/node/v1/grant.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { RequestGrantRequest as _quorate_node_v1_RequestGrantRequest, RequestGrantRequest__Output as _quorate_node_v1_RequestGrantRequest__Output } from '../../../quorate/node/v1/RequestGrantRequest.ts';
import type { RequestGrantResponse as _quorate_node_v1_RequestGrantResponse, RequestGrantResponse__Output as _quorate_node_v1_RequestGrantResponse__Output } from '../../../quorate/node/v1/RequestGrantResponse.ts';

export interface GrantServiceClient extends grpc.Client {
  RequestGrant(argument: _quorate_node_v1_RequestGrantRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_RequestGrantResponse__Output>): grpc.ClientUnaryCall;
  RequestGrant(argument: _quorate_node_v1_RequestGrantRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_RequestGrantResponse__Output>): grpc.ClientUnaryCall;
  RequestGrant(argument: _quorate_node_v1_RequestGrantRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_RequestGrantResponse__Output>): grpc.ClientUnaryCall;
  RequestGrant(argument: _quorate_node_v1_RequestGrantRequest, callback: grpc.requestCallback<_quorate_node_v1_RequestGrantResponse__Output>): grpc.ClientUnaryCall;
  requestGrant(argument: _quorate_node_v1_RequestGrantRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_RequestGrantResponse__Output>): grpc.ClientUnaryCall;
  requestGrant(argument: _quorate_node_v1_RequestGrantRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_RequestGrantResponse__Output>): grpc.ClientUnaryCall;
  requestGrant(argument: _quorate_node_v1_RequestGrantRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_RequestGrantResponse__Output>): grpc.ClientUnaryCall;
  requestGrant(argument: _quorate_node_v1_RequestGrantRequest, callback: grpc.requestCallback<_quorate_node_v1_RequestGrantResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface GrantServiceHandlers extends grpc.UntypedServiceImplementation {
  RequestGrant: grpc.handleUnaryCall<_quorate_node_v1_RequestGrantRequest__Output, _quorate_node_v1_RequestGrantResponse>;
  
}

export interface GrantServiceDefinition extends grpc.ServiceDefinition {
  RequestGrant: MethodDefinition<_quorate_node_v1_RequestGrantRequest, _quorate_node_v1_RequestGrantResponse, _quorate_node_v1_RequestGrantRequest__Output, _quorate_node_v1_RequestGrantResponse__Output>
}
