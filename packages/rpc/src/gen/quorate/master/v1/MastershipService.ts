// Original file: proto/quorate/master/v1/mastership.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { FailoverRequest as _quorate_master_v1_FailoverRequest, FailoverRequest__Output as _quorate_master_v1_FailoverRequest__Output } from '../../../quorate/master/v1/FailoverRequest.ts';
import type { FailoverResponse as _quorate_master_v1_FailoverResponse, FailoverResponse__Output as _quorate_master_v1_FailoverResponse__Output } from '../../../quorate/master/v1/FailoverResponse.ts';
import type { HandOverRequest as _quorate_master_v1_HandOverRequest, HandOverRequest__Output as _quorate_master_v1_HandOverRequest__Output } from '../../../quorate/master/v1/HandOverRequest.ts';
import type { HandOverResponse as _quorate_master_v1_HandOverResponse, HandOverResponse__Output as _quorate_master_v1_HandOverResponse__Output } from '../../../quorate/master/v1/HandOverResponse.ts';
import type { StandDownRequest as _quorate_master_v1_StandDownRequest, StandDownRequest__Output as _quorate_master_v1_StandDownRequest__Output } from '../../../quorate/master/v1/StandDownRequest.ts';
import type { StandDownResponse as _quorate_master_v1_StandDownResponse, StandDownResponse__Output as _quorate_master_v1_StandDownResponse__Output } from '../../../quorate/master/v1/StandDownResponse.ts';

export interface MastershipServiceClient extends grpc.Client {
  Failover(argument: _quorate_master_v1_FailoverRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_quorate_master_v1_FailoverResponse__Output>;
  Failover(argument: _quorate_master_v1_FailoverRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_quorate_master_v1_FailoverResponse__Output>;
  failover(argument: _quorate_master_v1_FailoverRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_quorate_master_v1_FailoverResponse__Output>;
  failover(argument: _quorate_master_v1_FailoverRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_quorate_master_v1_FailoverResponse__Output>;
  
  HandOver(argument: _quorate_master_v1_HandOverRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_HandOverResponse__Output>): grpc.ClientUnaryCall;
  HandOver(argument: _quorate_master_v1_HandOverRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_HandOverResponse__Output>): grpc.ClientUnaryCall;
  HandOver(argument: _quorate_master_v1_HandOverRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_HandOverResponse__Output>): grpc.ClientUnaryCall;
  HandOver(argument: _quorate_master_v1_HandOverRequest, callback: grpc.requestCallback<_quorate_master_v1_HandOverResponse__Output>): grpc.ClientUnaryCall;
  handOver(argument: _quorate_master_v1_HandOverRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_HandOverResponse__Output>): grpc.ClientUnaryCall;
  handOver(argument: _quorate_master_v1_HandOverRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_HandOverResponse__Output>): grpc.ClientUnaryCall;
  handOver(argument: _quorate_master_v1_HandOverRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_HandOverResponse__Output>): grpc.ClientUnaryCall;
  handOver(argument: _quorate_master_v1_HandOverRequest, callback: grpc.requestCallback<_quorate_master_v1_HandOverResponse__Output>): grpc.ClientUnaryCall;
  
  StandDown(argument: _quorate_master_v1_StandDownRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_StandDownResponse__Output>): grpc.ClientUnaryCall;
  StandDown(argument: _quorate_master_v1_StandDownRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_StandDownResponse__Output>): grpc.ClientUnaryCall;
  StandDown(argument: _quorate_master_v1_StandDownRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_StandDownResponse__Output>): grpc.ClientUnaryCall;
  StandDown(argument: _quorate_master_v1_StandDownRequest, callback: grpc.requestCallback<_quorate_master_v1_StandDownResponse__Output>): grpc.ClientUnaryCall;
  standDown(argument: _quorate_master_v1_StandDownRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_StandDownResponse__Output>): grpc.ClientUnaryCall;
  standDown(argument: _quorate_master_v1_StandDownRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_StandDownResponse__Output>): grpc.ClientUnaryCall;
  standDown(argument: _quorate_master_v1_StandDownRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_StandDownResponse__Output>): grpc.ClientUnaryCall;
  standDown(argument: _quorate_master_v1_StandDownRequest, callback: grpc.requestCallback<_quorate_master_v1_StandDownResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface MastershipServiceHandlers extends grpc.UntypedServiceImplementation {
  Failover: grpc.handleServerStreamingCall<_quorate_master_v1_FailoverRequest__Output, _quorate_master_v1_FailoverResponse>;
  
  HandOver: grpc.handleUnaryCall<_quorate_master_v1_HandOverRequest__Output, _quorate_master_v1_HandOverResponse>;
  
  StandDown: grpc.handleUnaryCall<_quorate_master_v1_StandDownRequest__Output, _quorate_master_v1_StandDownResponse>;
  
}

export interface MastershipServiceDefinition extends grpc.ServiceDefinition {
  Failover: MethodDefinition<_quorate_master_v1_FailoverRequest, _quorate_master_v1_FailoverResponse, _quorate_master_v1_FailoverRequest__Output, _quorate_master_v1_FailoverResponse__Output>
  HandOver: MethodDefinition<_quorate_master_v1_HandOverRequest, _quorate_master_v1_HandOverResponse, _quorate_master_v1_HandOverRequest__Output, _quorate_master_v1_HandOverResponse__Output>
  StandDown: MethodDefinition<_quorate_master_v1_StandDownRequest, _quorate_master_v1_StandDownResponse, _quorate_master_v1_StandDownRequest__Output, _quorate_master_v1_StandDownResponse__Output>
}
