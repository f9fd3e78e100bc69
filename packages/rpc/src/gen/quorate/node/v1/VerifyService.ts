// Original file: proto/quorate/node/v1/verify.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetNodeFactsRequest as _quorate_node_v1_GetNodeFactsRequest, GetNodeFactsRequest__Output as _quorate_node_v1_GetNodeFactsRequest__Output } from '../../../quorate/node/v1/GetNodeFactsRequest.ts';
import type { GetNodeFactsResponse as _quorate_node_v1_GetNodeFactsResponse, GetNodeFactsResponse__Output as _quorate_node_v1_GetNodeFactsResponse__Output } from '../../../quorate/node/v1/GetNodeFactsResponse.ts';

export interface VerifyServiceClient extends grpc.Client {
  GetNodeFacts(argument: _quorate_node_v1_GetNodeFactsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetNodeFactsResponse__Output>): grpc.ClientUnaryCall;
  GetNodeFacts(argument: _quorate_node_v1_GetNodeFactsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetNodeFactsResponse__Output>): grpc.ClientUnaryCall;
  GetNodeFacts(argument: _quorate_node_v1_GetNodeFactsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetNodeFactsResponse__Output>): grpc.ClientUnaryCall;
  GetNodeFacts(argument: _quorate_node_v1_GetNodeFactsRequest, callback: grpc.requestCallback<_quorate_node_v1_GetNodeFactsResponse__Output>): grpc.ClientUnaryCall;
  getNodeFacts(argument: _quorate_node_v1_GetNodeFactsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetNodeFactsResponse__Output>): grpc.ClientUnaryCall;
  getNodeFacts(argument: _quorate_node_v1_GetNodeFactsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetNodeFactsResponse__Output>): grpc.ClientUnaryCall;
  getNodeFacts(argument: _quorate_node_v1_GetNodeFactsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetNodeFactsResponse__Output>): grpc.ClientUnaryCall;
  getNodeFacts(argument: _quorate_node_v1_GetNodeFactsRequest, callback: grpc.requestCallback<_quorate_node_v1_GetNodeFactsResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface VerifyServiceHandlers extends grpc.UntypedServiceImplementation {
  GetNodeFacts: grpc.handleUnaryCall<_quorate_node_v1_GetNodeFactsRequest__Output, _quorate_node_v1_GetNodeFactsResponse>;
  
}

export interface VerifyServiceDefinition extends grpc.ServiceDefinition {
  GetNodeFacts: MethodDefinition<_quorate_node_v1_GetNodeFactsRequest, _quorate_node_v1_GetNodeFactsResponse, _quorate_node_v1_GetNodeFactsRequest__Output, _quorate_node_v1_GetNodeFactsResponse__Output>
}
