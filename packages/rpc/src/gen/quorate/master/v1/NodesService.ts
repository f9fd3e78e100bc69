// Original file: proto/quorate/master/v1/nodes.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ModifyNodeRequest as _quorate_master_v1_ModifyNodeRequest, ModifyNodeRequest__Output as _quorate_master_v1_ModifyNodeRequest__Output } from '../../../quorate/master/v1/ModifyNodeRequest.ts';
import type { ModifyNodeResponse as _quorate_master_v1_ModifyNodeResponse, ModifyNodeResponse__Output as _quorate_master_v1_ModifyNodeResponse__Output } from '../../../quorate/master/v1/ModifyNodeResponse.ts';

export interface NodesServiceClient extends grpc.Client {
  ModifyNode(argument: _quorate_master_v1_ModifyNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ModifyNodeResponse__Output>): grpc.ClientUnaryCall;
  ModifyNode(argument: _quorate_master_v1_ModifyNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_ModifyNodeResponse__Output>): grpc.ClientUnaryCall;
  ModifyNode(argument: _quorate_master_v1_ModifyNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ModifyNodeResponse__Output>): grpc.ClientUnaryCall;
  ModifyNode(argument: _quorate_master_v1_ModifyNodeRequest, callback: grpc.requestCallback<_quorate_master_v1_ModifyNodeResponse__Output>): grpc.ClientUnaryCall;
  modifyNode(argument: _quorate_master_v1_ModifyNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ModifyNodeResponse__Output>): grpc.ClientUnaryCall;
  modifyNode(argument: _quorate_master_v1_ModifyNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_ModifyNodeResponse__Output>): grpc.ClientUnaryCall;
  modifyNode(argument: _quorate_master_v1_ModifyNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ModifyNodeResponse__Output>): grpc.ClientUnaryCall;
  modifyNode(argument: _quorate_master_v1_ModifyNodeRequest, callback: grpc.requestCallback<_quorate_master_v1_ModifyNodeResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface NodesServiceHandlers extends grpc.UntypedServiceImplementation {
  ModifyNode: grpc.handleUnaryCall<_quorate_master_v1_ModifyNodeRequest__Output, _quorate_master_v1_ModifyNodeResponse>;
  
}

export interface NodesServiceDefinition extends grpc.ServiceDefinition {
  ModifyNode: MethodDefinition<_quorate_master_v1_ModifyNodeRequest, _quorate_master_v1_ModifyNodeResponse, _quorate_master_v1_ModifyNodeRequest__Output, _quorate_master_v1_ModifyNodeResponse__Output>
}
