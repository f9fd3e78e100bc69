// Original file: proto/quorate/node/v1/configuration.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetConfigurationRequest as _quorate_node_v1_GetConfigurationRequest, GetConfigurationRequest__Output as _quorate_node_v1_GetConfigurationRequest__Output } from '../../../quorate/node/v1/GetConfigurationRequest.ts';
import type { GetConfigurationResponse as _quorate_node_v1_GetConfigurationResponse, GetConfigurationResponse__Output as _quorate_node_v1_GetConfigurationResponse__Output } from '../../../quorate/node/v1/GetConfigurationResponse.ts';
import type { PutConfigurationRequest as _quorate_node_v1_PutConfigurationRequest, PutConfigurationRequest__Output as _quorate_node_v1_PutConfigurationRequest__Output } from '../../../quorate/node/v1/PutConfigurationRequest.ts';
import type { PutConfigurationResponse as _quorate_node_v1_PutConfigurationResponse, PutConfigurationResponse__Output as _quorate_node_v1_PutConfigurationResponse__Output } from '../../../quorate/node/v1/PutConfigurationResponse.ts';

export interface ConfigurationServiceClient extends grpc.Client {
  GetConfiguration(argument: _quorate_node_v1_GetConfigurationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  GetConfiguration(argument: _quorate_node_v1_GetConfigurationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  GetConfiguration(argument: _quorate_node_v1_GetConfigurationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  GetConfiguration(argument: _quorate_node_v1_GetConfigurationRequest, callback: grpc.requestCallback<_quorate_node_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  getConfiguration(argument: _quorate_node_v1_GetConfigurationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  getConfiguration(argument: _quorate_node_v1_GetConfigurationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  getConfiguration(argument: _quorate_node_v1_GetConfigurationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  getConfiguration(argument: _quorate_node_v1_GetConfigurationRequest, callback: grpc.requestCallback<_quorate_node_v1_GetConfigurationResponse__Output>): grpc.ClientUnaryCall;
  
  PutConfiguration(argument: _quorate_node_v1_PutConfigurationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_PutConfigurationResponse__Output>): grpc.ClientUnaryCall;
  PutConfiguration(argument: _quorate_node_v1_PutConfigurationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_PutConfigurationResponse__Output>): grpc.ClientUnaryCall;
  PutConfiguration(argument: _quorate_node_v1_PutConfigurationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_PutConfigurationResponse__Output>): grpc.ClientUnaryCall;
  PutConfiguration(argument: _quorate_node_v1_PutConfigurationRequest, callback: grpc.requestCallback<_quorate_node_v1_PutConfigurationResponse__Output>): grpc.ClientUnaryCall;
  putConfiguration(argument: _quorate_node_v1_PutConfigurationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_PutConfigurationResponse__Output>): grpc.ClientUnaryCall;
  putConfiguration(argument: _quorate_node_v1_PutConfigurationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_PutConfigurationResponse__Output>): grpc.ClientUnaryCall;
  putConfiguration(argument: _quorate_node_v1_PutConfigurationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_PutConfigurationResponse__Output>): grpc.ClientUnaryCall;
  putConfiguration(argument: _quorate_node_v1_PutConfigurationRequest, callback: grpc.requestCallback<_quorate_node_v1_PutConfigurationResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface ConfigurationServiceHandlers extends grpc.UntypedServiceImplementation {
  GetConfiguration: grpc.handleUnaryCall<_quorate_node_v1_GetConfigurationRequest__Output, _quorate_node_v1_GetConfigurationResponse>;
  
  PutConfiguration: grpc.handleUnaryCall<_quorate_node_v1_PutConfigurationRequest__Output, _quorate_node_v1_PutConfigurationResponse>;
  
}

export interface ConfigurationServiceDefinition extends grpc.ServiceDefinition {
  GetConfiguration: MethodDefinition<_quorate_node_v1_GetConfigurationRequest, _quorate_node_v1_GetConfigurationResponse, _quorate_node_v1_GetConfigurationRequest__Output, _quorate_node_v1_GetConfigurationResponse__Output>
  PutConfiguration: MethodDefinition<_quorate_node_v1_PutConfigurationRequest, _quorate_node_v1_PutConfigurationResponse, _quorate_node_v1_PutConfigurationRequest__Output, _quorate_node_v1_PutConfigurationResponse__Output>
}
