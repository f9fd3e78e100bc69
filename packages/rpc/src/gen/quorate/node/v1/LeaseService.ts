// Original file: proto/quorate/node/v1/lease.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { NominateRequest as _quorate_node_v1_NominateRequest, NominateRequest__Output as _quorate_node_v1_NominateRequest__Output } from '../../../quorate/node/v1/NominateRequest.ts';
import type { NominateResponse as _quorate_node_v1_NominateResponse, NominateResponse__Output as _quorate_node_v1_NominateResponse__Output } from '../../../quorate/node/v1/NominateResponse.ts';
import type { RenewLeaseRequest as _quorate_node_v1_RenewLeaseRequest, RenewLeaseRequest__Output as _quorate_node_v1_RenewLeaseRequest__Output } from '../../../quorate/node/v1/RenewLeaseRequest.ts';
import type { RenewLeaseResponse as _quorate_node_v1_RenewLeaseResponse, RenewLeaseResponse__Output as _quorate_node_v1_RenewLeaseResponse__Output } from '../../../quorate/node/v1/RenewLeaseResponse.ts';
import type { ResignRequest as _quorate_node_v1_ResignRequest, ResignRequest__Output as _quorate_node_v1_ResignRequest__Output } from '../../../quorate/node/v1/ResignRequest.ts';
import type { ResignResponse as _quorate_node_v1_ResignResponse, ResignResponse__Output as _quorate_node_v1_ResignResponse__Output } from '../../../quorate/node/v1/ResignResponse.ts';

export interface LeaseServiceClient extends grpc.Client {
  Nominate(argument: _quorate_node_v1_NominateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_NominateResponse__Output>): grpc.ClientUnaryCall;
  Nominate(argument: _quorate_node_v1_NominateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_NominateResponse__Output>): grpc.ClientUnaryCall;
  Nominate(argument: _quorate_node_v1_NominateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_NominateResponse__Output>): grpc.ClientUnaryCall;
  Nominate(argument: _quorate_node_v1_NominateRequest, callback: grpc.requestCallback<_quorate_node_v1_NominateResponse__Output>): grpc.ClientUnaryCall;
  nominate(argument: _quorate_node_v1_NominateRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_NominateResponse__Output>): grpc.ClientUnaryCall;
  nominate(argument: _quorate_node_v1_NominateRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_NominateResponse__Output>): grpc.ClientUnaryCall;
  nominate(argument: _quorate_node_v1_NominateRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_NominateResponse__Output>): grpc.ClientUnaryCall;
  nominate(argument: _quorate_node_v1_NominateRequest, callback: grpc.requestCallback<_quorate_node_v1_NominateResponse__Output>): grpc.ClientUnaryCall;
  
  RenewLease(argument: _quorate_node_v1_RenewLeaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_RenewLeaseResponse__Output>): grpc.ClientUnaryCall;
  RenewLease(argument: _quorate_node_v1_RenewLeaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_RenewLeaseResponse__Output>): grpc.ClientUnaryCall;
  RenewLease(argument: _quorate_node_v1_RenewLeaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_RenewLeaseResponse__Output>): grpc.ClientUnaryCall;
  RenewLease(argument: _quorate_node_v1_RenewLeaseRequest, callback: grpc.requestCallback<_quorate_node_v1_RenewLeaseResponse__Output>): grpc.ClientUnaryCall;
  renewLease(argument: _quorate_node_v1_RenewLeaseRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_RenewLeaseResponse__Output>): grpc.ClientUnaryCall;
  renewLease(argument: _quorate_node_v1_RenewLeaseRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_RenewLeaseResponse__Output>): grpc.ClientUnaryCall;
  renewLease(argument: _quorate_node_v1_RenewLeaseRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_RenewLeaseResponse__Output>): grpc.ClientUnaryCall;
  renewLease(argument: _quorate_node_v1_RenewLeaseRequest, callback: grpc.requestCallback<_quorate_node_v1_RenewLeaseResponse__Output>): grpc.ClientUnaryCall;
  
  Resign(argument: _quorate_node_v1_ResignRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_ResignResponse__Output>): grpc.ClientUnaryCall;
  Resign(argument: _quorate_node_v1_ResignRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_ResignResponse__Output>): grpc.ClientUnaryCall;
  Resign(argument: _quorate_node_v1_ResignRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_ResignResponse__Output>): grpc.ClientUnaryCall;
  Resign(argument: _quorate_node_v1_ResignRequest, callback: grpc.requestCallback<_quorate_node_v1_ResignResponse__Output>): grpc.ClientUnaryCall;
  resign(argument: _quorate_node_v1_ResignRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_ResignResponse__Output>): grpc.ClientUnaryCall;
  resign(argument: _quorate_node_v1_ResignRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_ResignResponse__Output>): grpc.ClientUnaryCall;
  resign(argument: _quorate_node_v1_ResignRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_ResignResponse__Output>): grpc.ClientUnaryCall;
  resign(argument: _quorate_node_v1_ResignRequest, callback: grpc.requestCallback<_quorate_node_v1_ResignResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface LeaseServiceHandlers extends grpc.UntypedServiceImplementation {
  Nominate: grpc.handleUnaryCall<_quorate_node_v1_NominateRequest__Output, _quorate_node_v1_NominateResponse>;
  
  RenewLease: grpc.handleUnaryCall<_quorate_node_v1_RenewLeaseRequest__Output, _quorate_node_v1_RenewLeaseResponse>;
  
  Resign: grpc.handleUnaryCall<_quorate_node_v1_ResignRequest__Output, _quorate_node_v1_ResignResponse>;
  
}

export interface LeaseServiceDefinition extends grpc.ServiceDefinition {
  Nominate: MethodDefinition<_quorate_node_v1_NominateRequest, _quorate_node_v1_NominateResponse, _quorate_node_v1_NominateRequest__Output, _quorate_node_v1_NominateResponse__Output>
  RenewLease: MethodDefinition<_quorate_node_v1_RenewLeaseRequest, _quorate_node_v1_RenewLeaseResponse, _quorate_node_v1_RenewLeaseRequest__Output, _quorate_node_v1_RenewLeaseResponse__Output>
  Resign: MethodDefinition<_quorate_node_v1_ResignRequest, _quorate_node_v1_ResignResponse, _quorate_node_v1_ResignRequest__Output, _quorate_node_v1_ResignResponse__Output>
}
