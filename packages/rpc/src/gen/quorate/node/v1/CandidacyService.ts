// Original file: proto/quorate/node/v1/candidacy.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetCandidacyRequest as _quorate_node_v1_GetCandidacyRequest, GetCandidacyRequest__Output as _quorate_node_v1_GetCandidacyRequest__Output } from '../../../quorate/node/v1/GetCandidacyRequest.ts';
import type { GetCandidacyResponse as _quorate_node_v1_GetCandidacyResponse, GetCandidacyResponse__Output as _quorate_node_v1_GetCandidacyResponse__Output } from '../../../quorate/node/v1/GetCandidacyResponse.ts';
import type { ReceiveClusterKeyRequest as _quorate_node_v1_ReceiveClusterKeyRequest, ReceiveClusterKeyRequest__Output as _quorate_node_v1_ReceiveClusterKeyRequest__Output } from '../../../quorate/node/v1/ReceiveClusterKeyRequest.ts';
import type { ReceiveClusterKeyResponse as _quorate_node_v1_ReceiveClusterKeyResponse, ReceiveClusterKeyResponse__Output as _quorate_node_v1_ReceiveClusterKeyResponse__Output } from '../../../quorate/node/v1/ReceiveClusterKeyResponse.ts';

export interface CandidacyServiceClient extends grpc.Client {
  GetCandidacy(argument: _quorate_node_v1_GetCandidacyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetCandidacyResponse__Output>): grpc.ClientUnaryCall;
  GetCandidacy(argument: _quorate_node_v1_GetCandidacyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetCandidacyResponse__Output>): grpc.ClientUnaryCall;
  GetCandidacy(argument: _quorate_node_v1_GetCandidacyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetCandidacyResponse__Output>): grpc.ClientUnaryCall;
  GetCandidacy(argument: _quorate_node_v1_GetCandidacyRequest, callback: grpc.requestCallback<_quorate_node_v1_GetCandidacyResponse__Output>): grpc.ClientUnaryCall;
  getCandidacy(argument: _quorate_node_v1_GetCandidacyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetCandidacyResponse__Output>): grpc.ClientUnaryCall;
  getCandidacy(argument: _quorate_node_v1_GetCandidacyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetCandidacyResponse__Output>): grpc.ClientUnaryCall;
  getCandidacy(argument: _quorate_node_v1_GetCandidacyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetCandidacyResponse__Output>): grpc.ClientUnaryCall;
  getCandidacy(argument: _quorate_node_v1_GetCandidacyRequest, callback: grpc.requestCallback<_quorate_node_v1_GetCandidacyResponse__Output>): grpc.ClientUnaryCall;
  
  ReceiveClusterKey(argument: _quorate_node_v1_ReceiveClusterKeyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_ReceiveClusterKeyResponse__Output>): grpc.ClientUnaryCall;
  ReceiveClusterKey(argument: _quorate_node_v1_ReceiveClusterKeyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_ReceiveClusterKeyResponse__Output>): grpc.ClientUnaryCall;
  ReceiveClusterKey(argument: _quorate_node_v1_ReceiveClusterKeyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_ReceiveClusterKeyResponse__Output>): grpc.ClientUnaryCall;
  ReceiveClusterKey(argument: _quorate_node_v1_ReceiveClusterKeyRequest, callback: grpc.requestCallback<_quorate_node_v1_ReceiveClusterKeyResponse__Output>): grpc.ClientUnaryCall;
  receiveClusterKey(argument: _quorate_node_v1_ReceiveClusterKeyRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_ReceiveClusterKeyResponse__Output>): grpc.ClientUnaryCall;
  receiveClusterKey(argument: _quorate_node_v1_ReceiveClusterKeyRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_ReceiveClusterKeyResponse__Output>): grpc.ClientUnaryCall;
  receiveClusterKey(argument: _quorate_node_v1_ReceiveClusterKeyRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_ReceiveClusterKeyResponse__Output>): grpc.ClientUnaryCall;
  receiveClusterKey(argument: _quorate_node_v1_ReceiveClusterKeyRequest, callback: grpc.requestCallback<_quorate_node_v1_ReceiveClusterKeyResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface CandidacyServiceHandlers extends grpc.UntypedServiceImplementation {
  GetCandidacy: grpc.handleUnaryCall<_quorate_node_v1_GetCandidacyRequest__Output, _quorate_node_v1_GetCandidacyResponse>;
  
  ReceiveClusterKey: grpc.handleUnaryCall<_quorate_node_v1_ReceiveClusterKeyRequest__Output, _quorate_node_v1_ReceiveClusterKeyResponse>;
  
}

export interface CandidacyServiceDefinition extends grpc.ServiceDefinition {
  GetCandidacy: MethodDefinition<_quorate_node_v1_GetCandidacyRequest, _quorate_node_v1_GetCandidacyResponse, _quorate_node_v1_GetCandidacyRequest__Output, _quorate_node_v1_GetCandidacyResponse__Output>
  ReceiveClusterKey: MethodDefinition<_quorate_node_v1_ReceiveClusterKeyRequest, _quorate_node_v1_ReceiveClusterKeyResponse, _quorate_node_v1_ReceiveClusterKeyRequest__Output, _quorate_node_v1_ReceiveClusterKeyResponse__Output>
}
