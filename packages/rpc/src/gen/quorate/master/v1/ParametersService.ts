// Original file: proto/quorate/master/v1/parameters.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ModifyClusterRequest as _quorate_master_v1_ModifyClusterRequest, ModifyClusterRequest__Output as _quorate_master_v1_ModifyClusterRequest__Output } from '../../../quorate/master/v1/ModifyClusterRequest.ts';
import type { ModifyClusterResponse as _quorate_master_v1_ModifyClusterResponse, ModifyClusterResponse__Output as _quorate_master_v1_ModifyClusterResponse__Output } from '../../../quorate/master/v1/ModifyClusterResponse.ts';
import type { RetireMasterRequest as _quorate_master_v1_RetireMasterRequest, RetireMasterRequest__Output as _quorate_master_v1_RetireMasterRequest__Output } from '../../../quorate/master/v1/RetireMasterRequest.ts';
import type { RetireMasterResponse as _quorate_master_v1_RetireMasterResponse, RetireMasterResponse__Output as _quorate_master_v1_RetireMasterResponse__Output } from '../../../quorate/master/v1/RetireMasterResponse.ts';

export interface ParametersServiceClient extends grpc.Client {
  ModifyCluster(argument: _quorate_master_v1_ModifyClusterRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ModifyClusterResponse__Output>): grpc.ClientUnaryCall;
  ModifyCluster(argument: _quorate_master_v1_ModifyClusterRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_ModifyClusterResponse__Output>): grpc.ClientUnaryCall;
  ModifyCluster(argument: _quorate_master_v1_ModifyClusterRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ModifyClusterResponse__Output>): grpc.ClientUnaryCall;
  ModifyCluster(argument: _quorate_master_v1_ModifyClusterRequest, callback: grpc.requestCallback<_quorate_master_v1_ModifyClusterResponse__Output>): grpc.ClientUnaryCall;
  modifyCluster(argument: _quorate_master_v1_ModifyClusterRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ModifyClusterResponse__Output>): grpc.ClientUnaryCall;
  modifyCluster(argument: _quorate_master_v1_ModifyClusterRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_ModifyClusterResponse__Output>): grpc.ClientUnaryCall;
  modifyCluster(argument: _quorate_master_v1_ModifyClusterRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ModifyClusterResponse__Output>): grpc.ClientUnaryCall;
  modifyCluster(argument: _quorate_master_v1_ModifyClusterRequest, callback: grpc.requestCallback<_quorate_master_v1_ModifyClusterResponse__Output>): grpc.ClientUnaryCall;
  
  RetireMaster(argument: _quorate_master_v1_RetireMasterRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_RetireMasterResponse__Output>): grpc.ClientUnaryCall;
  RetireMaster(argument: _quorate_master_v1_RetireMasterRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_RetireMasterResponse__Output>): grpc.ClientUnaryCall;
  RetireMaster(argument: _quorate_master_v1_RetireMasterRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_RetireMasterResponse__Output>): grpc.ClientUnaryCall;
  RetireMaster(argument: _quorate_master_v1_RetireMasterRequest, callback: grpc.requestCallback<_quorate_master_v1_RetireMasterResponse__Output>): grpc.ClientUnaryCall;
  retireMaster(argument: _quorate_master_v1_RetireMasterRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_RetireMasterResponse__Output>): grpc.ClientUnaryCall;
  retireMaster(argument: _quorate_master_v1_RetireMasterRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_RetireMasterResponse__Output>): grpc.ClientUnaryCall;
  retireMaster(argument: _quorate_master_v1_RetireMasterRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_RetireMasterResponse__Output>): grpc.ClientUnaryCall;
  retireMaster(argument: _quorate_master_v1_RetireMasterRequest, callback: grpc.requestCallback<_quorate_master_v1_RetireMasterResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface ParametersServiceHandlers extends grpc.UntypedServiceImplementation {
  ModifyCluster: grpc.handleUnaryCall<_quorate_master_v1_ModifyClusterRequest__Output, _quorate_master_v1_ModifyClusterResponse>;
  
  RetireMaster: grpc.handleUnaryCall<_quorate_master_v1_RetireMasterRequest__Output, _quorate_master_v1_RetireMasterResponse>;
  
}

export interface ParametersServiceDefinition extends grpc.ServiceDefinition {
  ModifyCluster: MethodDefinition<_quorate_master_v1_ModifyClusterRequest, _quorate_master_v1_ModifyClusterResponse, _quorate_master_v1_ModifyClusterRequest__Output, _quorate_master_v1_ModifyClusterResponse__Output>
  RetireMaster: MethodDefinition<_quorate_master_v1_RetireMasterRequest, _quorate_master_v1_RetireMasterResponse, _quorate_master_v1_RetireMasterRequest__Output, _quorate_master_v1_RetireMasterResponse__Output>
}
