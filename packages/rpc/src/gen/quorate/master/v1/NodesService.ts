// Original file: proto/quorate/master/v1/nodes.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AwaitNodeRequest as _quorate_master_v1_AwaitNodeRequest, AwaitNodeRequest__Output as _quorate_master_v1_AwaitNodeRequest__Output } from '../../../quorate/master/v1/AwaitNodeRequest.ts';
import type { AwaitNodeResponse as _quorate_master_v1_AwaitNodeResponse, AwaitNodeResponse__Output as _quorate_master_v1_AwaitNodeResponse__Output } from '../../../quorate/master/v1/AwaitNodeResponse.ts';
import type { ListNodesRequest as _quorate_master_v1_ListNodesRequest, ListNodesRequest__Output as _quorate_master_v1_ListNodesRequest__Output } from '../../../quorate/master/v1/ListNodesRequest.ts';
import type { ListNodesResponse as _quorate_master_v1_ListNodesResponse, ListNodesResponse__Output as _quorate_master_v1_ListNodesResponse__Output } from '../../../quorate/master/v1/ListNodesResponse.ts';
import type { ModifyNodeRequest as _quorate_master_v1_ModifyNodeRequest, ModifyNodeRequest__Output as _quorate_master_v1_ModifyNodeRequest__Output } from '../../../quorate/master/v1/ModifyNodeRequest.ts';
import type { ModifyNodeResponse as _quorate_master_v1_ModifyNodeResponse, ModifyNodeResponse__Output as _quorate_master_v1_ModifyNodeResponse__Output } from '../../../quorate/master/v1/ModifyNodeResponse.ts';
import type { RemoveNodeRequest as _quorate_master_v1_RemoveNodeRequest, RemoveNodeRequest__Output as _quorate_master_v1_RemoveNodeRequest__Output } from '../../../quorate/master/v1/RemoveNodeRequest.ts';
import type { RemoveNodeResponse as _quorate_master_v1_RemoveNodeResponse, RemoveNodeResponse__Output as _quorate_master_v1_RemoveNodeResponse__Output } from '../../../quorate/master/v1/RemoveNodeResponse.ts';

export interface NodesServiceClient extends grpc.Client {
  AwaitNode(argument: _quorate_master_v1_AwaitNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_AwaitNodeResponse__Output>): grpc.ClientUnaryCall;
  AwaitNode(argument: _quorate_master_v1_AwaitNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_AwaitNodeResponse__Output>): grpc.ClientUnaryCall;
  AwaitNode(argument: _quorate_master_v1_AwaitNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_AwaitNodeResponse__Output>): grpc.ClientUnaryCall;
  AwaitNode(argument: _quorate_master_v1_AwaitNodeRequest, callback: grpc.requestCallback<_quorate_master_v1_AwaitNodeResponse__Output>): grpc.ClientUnaryCall;
  awaitNode(argument: _quorate_master_v1_AwaitNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_AwaitNodeResponse__Output>): grpc.ClientUnaryCall;
  awaitNode(argument: _quorate_master_v1_AwaitNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_AwaitNodeResponse__Output>): grpc.ClientUnaryCall;
  awaitNode(argument: _quorate_master_v1_AwaitNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_AwaitNodeResponse__Output>): grpc.ClientUnaryCall;
  awaitNode(argument: _quorate_master_v1_AwaitNodeRequest, callback: grpc.requestCallback<_quorate_master_v1_AwaitNodeResponse__Output>): grpc.ClientUnaryCall;
  
  ListNodes(argument: _quorate_master_v1_ListNodesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _quorate_master_v1_ListNodesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _quorate_master_v1_ListNodesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  ListNodes(argument: _quorate_master_v1_ListNodesRequest, callback: grpc.requestCallback<_quorate_master_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _quorate_master_v1_ListNodesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _quorate_master_v1_ListNodesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _quorate_master_v1_ListNodesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  listNodes(argument: _quorate_master_v1_ListNodesRequest, callback: grpc.requestCallback<_quorate_master_v1_ListNodesResponse__Output>): grpc.ClientUnaryCall;
  
  ModifyNode(argument: _quorate_master_v1_ModifyNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ModifyNodeResponse__Output>): grpc.ClientUnaryCall;
  ModifyNode(argument: _quorate_master_v1_ModifyNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_ModifyNodeResponse__Output>): grpc.ClientUnaryCall;
  ModifyNode(argument: _quorate_master_v1_ModifyNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ModifyNodeResponse__Output>): grpc.ClientUnaryCall;
  ModifyNode(argument: _quorate_master_v1_ModifyNodeRequest, callback: grpc.requestCallback<_quorate_master_v1_ModifyNodeResponse__Output>): grpc.ClientUnaryCall;
  modifyNode(argument: _quorate_master_v1_ModifyNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ModifyNodeResponse__Output>): grpc.ClientUnaryCall;
  modifyNode(argument: _quorate_master_v1_ModifyNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_ModifyNodeResponse__Output>): grpc.ClientUnaryCall;
  modifyNode(argument: _quorate_master_v1_ModifyNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ModifyNodeResponse__Output>): grpc.ClientUnaryCall;
  modifyNode(argument: _quorate_master_v1_ModifyNodeRequest, callback: grpc.requestCallback<_quorate_master_v1_ModifyNodeResponse__Output>): grpc.ClientUnaryCall;
  
  RemoveNode(argument: _quorate_master_v1_RemoveNodeRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_quorate_master_v1_RemoveNodeResponse__Output>;
  RemoveNode(argument: _quorate_master_v1_RemoveNodeRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_quorate_master_v1_RemoveNodeResponse__Output>;
  removeNode(argument: _quorate_master_v1_RemoveNodeRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_quorate_master_v1_RemoveNodeResponse__Output>;
  removeNode(argument: _quorate_master_v1_RemoveNodeRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_quorate_master_v1_RemoveNodeResponse__Output>;
  
}

export interface NodesServiceHandlers extends grpc.UntypedServiceImplementation {
  AwaitNode: grpc.handleUnaryCall<_quorate_master_v1_AwaitNodeRequest__Output, _quorate_master_v1_AwaitNodeResponse>;
  
  ListNodes: grpc.handleUnaryCall<_quorate_master_v1_ListNodesRequest__Output, _quorate_master_v1_ListNodesResponse>;
  
  ModifyNode: grpc.handleUnaryCall<_quorate_master_v1_ModifyNodeRequest__Output, _quorate_master_v1_ModifyNodeResponse>;
  
  RemoveNode: grpc.handleServerStreamingCall<_quorate_master_v1_RemoveNodeRequest__Output, _quorate_master_v1_RemoveNodeResponse>;
  
}

export interface NodesServiceDefinition extends grpc.ServiceDefinition {
  AwaitNode: MethodDefinition<_quorate_master_v1_AwaitNodeRequest, _quorate_master_v1_AwaitNodeResponse, _quorate_master_v1_AwaitNodeRequest__Output, _quorate_master_v1_AwaitNodeResponse__Output>
  ListNodes: MethodDefinition<_quorate_master_v1_ListNodesRequest, _quorate_master_v1_ListNodesResponse, _quorate_master_v1_ListNodesRequest__Output, _quorate_master_v1_ListNodesResponse__Output>
  ModifyNode: MethodDefinition<_quorate_master_v1_ModifyNodeRequest, _quorate_master_v1_ModifyNodeResponse, _quorate_master_v1_ModifyNodeRequest__Output, _quorate_master_v1_ModifyNodeResponse__Output>
  RemoveNode: MethodDefinition<_quorate_master_v1_RemoveNodeRequest, _quorate_master_v1_RemoveNodeResponse, _quorate_master_v1_RemoveNodeRequest__Output, _quorate_master_v1_RemoveNodeResponse__Output>
}
