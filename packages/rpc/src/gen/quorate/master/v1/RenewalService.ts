// Original file: proto/quorate/master/v1/renewal.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetRenewalRequest as _quorate_master_v1_GetRenewalRequest, GetRenewalRequest__Output as _quorate_master_v1_GetRenewalRequest__Output } from '../../../quorate/master/v1/GetRenewalRequest.ts';
import type { GetRenewalResponse as _quorate_master_v1_GetRenewalResponse, GetRenewalResponse__Output as _quorate_master_v1_GetRenewalResponse__Output } from '../../../quorate/master/v1/GetRenewalResponse.ts';
import type { StartRenewalRequest as _quorate_master_v1_StartRenewalRequest, StartRenewalRequest__Output as _quorate_master_v1_StartRenewalRequest__Output } from '../../../quorate/master/v1/StartRenewalRequest.ts';
import type { StartRenewalResponse as _quorate_master_v1_StartRenewalResponse, StartRenewalResponse__Output as _quorate_master_v1_StartRenewalResponse__Output } from '../../../quorate/master/v1/StartRenewalResponse.ts';
import type { SteerRenewalRequest as _quorate_master_v1_SteerRenewalRequest, SteerRenewalRequest__Output as _quorate_master_v1_SteerRenewalRequest__Output } from '../../../quorate/master/v1/SteerRenewalRequest.ts';
import type { SteerRenewalResponse as _quorate_master_v1_SteerRenewalResponse, SteerRenewalResponse__Output as _quorate_master_v1_SteerRenewalResponse__Output } from '../../../quorate/master/v1/SteerRenewalResponse.ts';

export interface RenewalServiceClient extends grpc.Client {
  GetRenewal(argument: _quorate_master_v1_GetRenewalRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_GetRenewalResponse__Output>): grpc.ClientUnaryCall;
  GetRenewal(argument: _quorate_master_v1_GetRenewalRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_GetRenewalResponse__Output>): grpc.ClientUnaryCall;
  GetRenewal(argument: _quorate_master_v1_GetRenewalRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_GetRenewalResponse__Output>): grpc.ClientUnaryCall;
  GetRenewal(argument: _quorate_master_v1_GetRenewalRequest, callback: grpc.requestCallback<_quorate_master_v1_GetRenewalResponse__Output>): grpc.ClientUnaryCall;
  getRenewal(argument: _quorate_master_v1_GetRenewalRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_GetRenewalResponse__Output>): grpc.ClientUnaryCall;
  getRenewal(argument: _quorate_master_v1_GetRenewalRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_GetRenewalResponse__Output>): grpc.ClientUnaryCall;
  getRenewal(argument: _quorate_master_v1_GetRenewalRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_GetRenewalResponse__Output>): grpc.ClientUnaryCall;
  getRenewal(argument: _quorate_master_v1_GetRenewalRequest, callback: grpc.requestCallback<_quorate_master_v1_GetRenewalResponse__Output>): grpc.ClientUnaryCall;
  
  StartRenewal(argument: _quorate_master_v1_StartRenewalRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_StartRenewalResponse__Output>): grpc.ClientUnaryCall;
  StartRenewal(argument: _quorate_master_v1_StartRenewalRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_StartRenewalResponse__Output>): grpc.ClientUnaryCall;
  StartRenewal(argument: _quorate_master_v1_StartRenewalRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_StartRenewalResponse__Output>): grpc.ClientUnaryCall;
  StartRenewal(argument: _quorate_master_v1_StartRenewalRequest, callback: grpc.requestCallback<_quorate_master_v1_StartRenewalResponse__Output>): grpc.ClientUnaryCall;
  startRenewal(argument: _quorate_master_v1_StartRenewalRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_StartRenewalResponse__Output>): grpc.ClientUnaryCall;
  startRenewal(argument: _quorate_master_v1_StartRenewalRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_StartRenewalResponse__Output>): grpc.ClientUnaryCall;
  startRenewal(argument: _quorate_master_v1_StartRenewalRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_StartRenewalResponse__Output>): grpc.ClientUnaryCall;
  startRenewal(argument: _quorate_master_v1_StartRenewalRequest, callback: grpc.requestCallback<_quorate_master_v1_StartRenewalResponse__Output>): grpc.ClientUnaryCall;
  
  SteerRenewal(argument: _quorate_master_v1_SteerRenewalRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_SteerRenewalResponse__Output>): grpc.ClientUnaryCall;
  SteerRenewal(argument: _quorate_master_v1_SteerRenewalRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_SteerRenewalResponse__Output>): grpc.ClientUnaryCall;
  SteerRenewal(argument: _quorate_master_v1_SteerRenewalRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_SteerRenewalResponse__Output>): grpc.ClientUnaryCall;
  SteerRenewal(argument: _quorate_master_v1_SteerRenewalRequest, callback: grpc.requestCallback<_quorate_master_v1_SteerRenewalResponse__Output>): grpc.ClientUnaryCall;
  steerRenewal(argument: _quorate_master_v1_SteerRenewalRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_SteerRenewalResponse__Output>): grpc.ClientUnaryCall;
  steerRenewal(argument: _quorate_master_v1_SteerRenewalRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_SteerRenewalResponse__Output>): grpc.ClientUnaryCall;
  steerRenewal(argument: _quorate_master_v1_SteerRenewalRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_SteerRenewalResponse__Output>): grpc.ClientUnaryCall;
  steerRenewal(argument: _quorate_master_v1_SteerRenewalRequest, callback: grpc.requestCallback<_quorate_master_v1_SteerRenewalResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface RenewalServiceHandlers extends grpc.UntypedServiceImplementation {
  GetRenewal: grpc.handleUnaryCall<_quorate_master_v1_GetRenewalRequest__Output, _quorate_master_v1_GetRenewalResponse>;
  
  StartRenewal: grpc.handleUnaryCall<_quorate_master_v1_StartRenewalRequest__Output, _quorate_master_v1_StartRenewalResponse>;
  
  SteerRenewal: grpc.handleUnaryCall<_quorate_master_v1_SteerRenewalRequest__Output, _quorate_master_v1_SteerRenewalResponse>;
  
}

export interface RenewalServiceDefinition extends grpc.ServiceDefinition {
  GetRenewal: MethodDefinition<_quorate_master_v1_GetRenewalRequest, _quorate_master_v1_GetRenewalResponse, _quorate_master_v1_GetRenewalRequest__Output, _quorate_master_v1_GetRenewalResponse__Output>
  StartRenewal: MethodDefinition<_quorate_master_v1_StartRenewalRequest, _quorate_master_v1_StartRenewalResponse, _quorate_master_v1_StartRenewalRequest__Output, _quorate_master_v1_StartRenewalResponse__Output>
  SteerRenewal: MethodDefinition<_quorate_master_v1_SteerRenewalRequest, _quorate_master_v1_SteerRenewalResponse, _quorate_master_v1_SteerRenewalRequest__Output, _quorate_master_v1_SteerRenewalResponse__Output>
}
