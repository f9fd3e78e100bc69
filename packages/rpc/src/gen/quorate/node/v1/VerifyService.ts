// Original file: proto/quorate/node/v1/verify.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { InspectNodeRequest as _quorate_node_v1_InspectNodeRequest, InspectNodeRequest__Output as _quorate_node_v1_InspectNodeRequest__Output } from '../../../quorate/node/v1/InspectNodeRequest.ts';
import type { InspectNodeResponse as _quorate_node_v1_InspectNodeResponse, InspectNodeResponse__Output as _quorate_node_v1_InspectNodeResponse__Output } from '../../../quorate/node/v1/InspectNodeResponse.ts';
import type { MendNodeRequest as _quorate_node_v1_MendNodeRequest, MendNodeRequest__Output as _quorate_node_v1_MendNodeRequest__Output } from '../../../quorate/node/v1/MendNodeRequest.ts';
import type { MendNodeResponse as _quorate_node_v1_MendNodeResponse, MendNodeResponse__Output as _quorate_node_v1_MendNodeResponse__Output } from '../../../quorate/node/v1/MendNodeResponse.ts';

export interface VerifyServiceClient extends grpc.Client {
  InspectNode(argument: _quorate_node_v1_InspectNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_InspectNodeResponse__Output>): grpc.ClientUnaryCall;
  InspectNode(argument: _quorate_node_v1_InspectNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_InspectNodeResponse__Output>): grpc.ClientUnaryCall;
  InspectNode(argument: _quorate_node_v1_InspectNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_InspectNodeResponse__Output>): grpc.ClientUnaryCall;
  InspectNode(argument: _quorate_node_v1_InspectNodeRequest, callback: grpc.requestCallback<_quorate_node_v1_InspectNodeResponse__Output>): grpc.ClientUnaryCall;
  inspectNode(argument: _quorate_node_v1_InspectNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_InspectNodeResponse__Output>): grpc.ClientUnaryCall;
  inspectNode(argument: _quorate_node_v1_InspectNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_InspectNodeResponse__Output>): grpc.ClientUnaryCall;
  inspectNode(argument: _quorate_node_v1_InspectNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_InspectNodeResponse__Output>): grpc.ClientUnaryCall;
  inspectNode(argument: _quorate_node_v1_InspectNodeRequest, callback: grpc.requestCallback<_quorate_node_v1_InspectNodeResponse__Output>): grpc.ClientUnaryCall;
  
  MendNode(argument: _quorate_node_v1_MendNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_MendNodeResponse__Output>): grpc.ClientUnaryCall;
  MendNode(argument: _quorate_node_v1_MendNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_MendNodeResponse__Output>): grpc.ClientUnaryCall;
  MendNode(argument: _quorate_node_v1_MendNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_MendNodeResponse__Output>): grpc.ClientUnaryCall;
  MendNode(argument: _quorate_node_v1_MendNodeRequest, callback: grpc.requestCallback<_quorate_node_v1_MendNodeResponse__Output>): grpc.ClientUnaryCall;
  mendNode(argument: _quorate_node_v1_MendNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_MendNodeResponse__Output>): grpc.ClientUnaryCall;
  mendNode(argument: _quorate_node_v1_MendNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_MendNodeResponse__Output>): grpc.ClientUnaryCall;
  mendNode(argument: _quorate_node_v1_MendNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_MendNodeResponse__Output>): grpc.ClientUnaryCall;
  mendNode(argument: _quorate_node_v1_MendNodeRequest, callback: grpc.requestCallback<_quorate_node_v1_MendNodeResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface VerifyServiceHandlers extends grpc.UntypedServiceImplementation {
  InspectNode: grpc.handleUnaryCall<_quorate_node_v1_InspectNodeRequest__Output, _quorate_node_v1_InspectNodeResponse>;
  
  MendNode: grpc.handleUnaryCall<_quorate_node_v1_MendNodeRequest__Output, _quorate_node_v1_MendNodeResponse>;
  
}

export interface VerifyServiceDefinition extends grpc.ServiceDefinition {
  InspectNode: MethodDefinition<_quorate_node_v1_InspectNodeRequest, _quorate_node_v1_InspectNodeResponse, _quorate_node_v1_InspectNodeRequest__Output, _quorate_node_v1_InspectNodeResponse__Output>
  MendNode: MethodDefinition<_quorate_node_v1_MendNodeRequest, _quorate_node_v1_MendNodeResponse, _quorate_node_v1_MendNodeRequest__Output, _quorate_node_v1_MendNodeResponse__Output>
}
