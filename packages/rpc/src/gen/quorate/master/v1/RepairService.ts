// Original file: proto/quorate/master/v1/repair.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { SendConfigurationRequest as _quorate_master_v1_SendConfigurationRequest, SendConfigurationRequest__Output as _quorate_master_v1_SendConfigurationRequest__Output } from '../../../quorate/master/v1/SendConfigurationRequest.ts';
import type { SendConfigurationResponse as _quorate_master_v1_SendConfigurationResponse, SendConfigurationResponse__Output as _quorate_master_v1_SendConfigurationResponse__Output } from '../../../quorate/master/v1/SendConfigurationResponse.ts';

export interface RepairServiceClient extends grpc.Client {
  SendConfiguration(argument: _quorate_master_v1_SendConfigurationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_SendConfigurationResponse__Output>): grpc.ClientUnaryCall;
  SendConfiguration(argument: _quorate_master_v1_SendConfigurationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_SendConfigurationResponse__Output>): grpc.ClientUnaryCall;
  SendConfiguration(argument: _quorate_master_v1_SendConfigurationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_SendConfigurationResponse__Output>): grpc.ClientUnaryCall;
  SendConfiguration(argument: _quorate_master_v1_SendConfigurationRequest, callback: grpc.requestCallback<_quorate_master_v1_SendConfigurationResponse__Output>): grpc.ClientUnaryCall;
  sendConfiguration(argument: _quorate_master_v1_SendConfigurationRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_SendConfigurationResponse__Output>): grpc.ClientUnaryCall;
  sendConfiguration(argument: _quorate_master_v1_SendConfigurationRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_SendConfigurationResponse__Output>): grpc.ClientUnaryCall;
  sendConfiguration(argument: _quorate_master_v1_SendConfigurationRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_SendConfigurationResponse__Output>): grpc.ClientUnaryCall;
  sendConfiguration(argument: _quorate_master_v1_SendConfigurationRequest, callback: grpc.requestCallback<_quorate_master_v1_SendConfigurationResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface RepairServiceHandlers extends grpc.UntypedServiceImplementation {
  SendConfiguration: grpc.handleUnaryCall<_quorate_master_v1_SendConfigurationRequest__Output, _quorate_master_v1_SendConfigurationResponse>;
  
}

export interface RepairServiceDefinition extends grpc.ServiceDefinition {
  SendConfiguration: MethodDefinition<_quorate_master_v1_SendConfigurationRequest, _quorate_master_v1_SendConfigurationResponse, _quorate_master_v1_SendConfigurationRequest__Output, _quorate_master_v1_SendConfigurationResponse__Output>
}
