// Original file: proto/quorate/master/v1/join.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { JoinRequest as _quorate_master_v1_JoinRequest, JoinRequest__Output as _quorate_master_v1_JoinRequest__Output } from '../../../quorate/master/v1/JoinRequest.ts';
import type { JoinResponse as _quorate_master_v1_JoinResponse, JoinResponse__Output as _quorate_master_v1_JoinResponse__Output } from '../../../quorate/master/v1/JoinResponse.ts';

export interface JoinServiceClient extends grpc.Client {
  Join(argument: _quorate_master_v1_JoinRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_JoinResponse__Output>): grpc.ClientUnaryCall;
  Join(argument: _quorate_master_v1_JoinRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_JoinResponse__Output>): grpc.ClientUnaryCall;
  Join(argument: _quorate_master_v1_JoinRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_JoinResponse__Output>): grpc.ClientUnaryCall;
  Join(argument: _quorate_master_v1_JoinRequest, callback: grpc.requestCallback<_quorate_master_v1_JoinResponse__Output>): grpc.ClientUnaryCall;
  join(argument: _quorate_master_v1_JoinRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_JoinResponse__Output>): grpc.ClientUnaryCall;
  join(argument: _quorate_master_v1_JoinRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_JoinResponse__Output>): grpc.ClientUnaryCall;
  join(argument: _quorate_master_v1_JoinRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_JoinResponse__Output>): grpc.ClientUnaryCall;
  join(argument: _quorate_master_v1_JoinRequest, callback: grpc.requestCallback<_quorate_master_v1_JoinResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface JoinServiceHandlers extends grpc.UntypedServiceImplementation {
  Join: grpc.handleUnaryCall<_quorate_master_v1_JoinRequest__Output, _quorate_master_v1_JoinResponse>;
  
}

export interface JoinServiceDefinition extends grpc.ServiceDefinition {
  Join: MethodDefinition<_quorate_master_v1_JoinRequest, _quorate_master_v1_JoinResponse, _quorate_master_v1_JoinRequest__Output, _quorate_master_v1_JoinResponse__Output>
}
