// Original file: proto/quorate/master/v1/renewal.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ReloadTrustRequest as _quorate_master_v1_ReloadTrustRequest, ReloadTrustRequest__Output as _quorate_master_v1_ReloadTrustRequest__Output } from '../../../quorate/master/v1/ReloadTrustRequest.ts';
import type { ReloadTrustResponse as _quorate_master_v1_ReloadTrustResponse, ReloadTrustResponse__Output as _quorate_master_v1_ReloadTrustResponse__Output } from '../../../quorate/master/v1/ReloadTrustResponse.ts';

export interface TrustServiceClient extends grpc.Client {
  ReloadTrust(argument: _quorate_master_v1_ReloadTrustRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ReloadTrustResponse__Output>): grpc.ClientUnaryCall;
  ReloadTrust(argument: _quorate_master_v1_ReloadTrustRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_ReloadTrustResponse__Output>): grpc.ClientUnaryCall;
  ReloadTrust(argument: _quorate_master_v1_ReloadTrustRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ReloadTrustResponse__Output>): grpc.ClientUnaryCall;
  ReloadTrust(argument: _quorate_master_v1_ReloadTrustRequest, callback: grpc.requestCallback<_quorate_master_v1_ReloadTrustResponse__Output>): grpc.ClientUnaryCall;
  reloadTrust(argument: _quorate_master_v1_ReloadTrustRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ReloadTrustResponse__Output>): grpc.ClientUnaryCall;
  reloadTrust(argument: _quorate_master_v1_ReloadTrustRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_ReloadTrustResponse__Output>): grpc.ClientUnaryCall;
  reloadTrust(argument: _quorate_master_v1_ReloadTrustRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ReloadTrustResponse__Output>): grpc.ClientUnaryCall;
  reloadTrust(argument: _quorate_master_v1_ReloadTrustRequest, callback: grpc.requestCallback<_quorate_master_v1_ReloadTrustResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface TrustServiceHandlers extends grpc.UntypedServiceImplementation {
  ReloadTrust: grpc.handleUnaryCall<_quorate_master_v1_ReloadTrustRequest__Output, _quorate_master_v1_ReloadTrustResponse>;
  
}

export interface TrustServiceDefinition extends grpc.ServiceDefinition {
  ReloadTrust: MethodDefinition<_quorate_master_v1_ReloadTrustRequest, _quorate_master_v1_ReloadTrustResponse, _quorate_master_v1_ReloadTrustRequest__Output, _quorate_master_v1_ReloadTrustResponse__Output>
}
