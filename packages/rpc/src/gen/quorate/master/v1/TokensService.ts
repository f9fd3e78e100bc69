// Original file: proto/quorate/master/v1/tokens.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CreateTokenRequest as _quorate_master_v1_CreateTokenRequest, CreateTokenRequest__Output as _quorate_master_v1_CreateTokenRequest__Output } from '../../../quorate/master/v1/CreateTokenRequest.ts';
import type { CreateTokenResponse as _quorate_master_v1_CreateTokenResponse, CreateTokenResponse__Output as _quorate_master_v1_CreateTokenResponse__Output } from '../../../quorate/master/v1/CreateTokenResponse.ts';
import type { FinishJoinRequest as _quorate_master_v1_FinishJoinRequest, FinishJoinRequest__Output as _quorate_master_v1_FinishJoinRequest__Output } from '../../../quorate/master/v1/FinishJoinRequest.ts';
import type { FinishJoinResponse as _quorate_master_v1_FinishJoinResponse, FinishJoinResponse__Output as _quorate_master_v1_FinishJoinResponse__Output } from '../../../quorate/master/v1/FinishJoinResponse.ts';
import type { ListTokensRequest as _quorate_master_v1_ListTokensRequest, ListTokensRequest__Output as _quorate_master_v1_ListTokensRequest__Output } from '../../../quorate/master/v1/ListTokensRequest.ts';
import type { ListTokensResponse as _quorate_master_v1_ListTokensResponse, ListTokensResponse__Output as _quorate_master_v1_ListTokensResponse__Output } from '../../../quorate/master/v1/ListTokensResponse.ts';
import type { RevokeTokenRequest as _quorate_master_v1_RevokeTokenRequest, RevokeTokenRequest__Output as _quorate_master_v1_RevokeTokenRequest__Output } from '../../../quorate/master/v1/RevokeTokenRequest.ts';
import type { RevokeTokenResponse as _quorate_master_v1_RevokeTokenResponse, RevokeTokenResponse__Output as _quorate_master_v1_RevokeTokenResponse__Output } from '../../../quorate/master/v1/RevokeTokenResponse.ts';

export interface TokensServiceClient extends grpc.Client {
  CreateToken(argument: _quorate_master_v1_CreateTokenRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_CreateTokenResponse__Output>): grpc.ClientUnaryCall;
  CreateToken(argument: _quorate_master_v1_CreateTokenRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_CreateTokenResponse__Output>): grpc.ClientUnaryCall;
  CreateToken(argument: _quorate_master_v1_CreateTokenRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_CreateTokenResponse__Output>): grpc.ClientUnaryCall;
  CreateToken(argument: _quorate_master_v1_CreateTokenRequest, callback: grpc.requestCallback<_quorate_master_v1_CreateTokenResponse__Output>): grpc.ClientUnaryCall;
  createToken(argument: _quorate_master_v1_CreateTokenRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_CreateTokenResponse__Output>): grpc.ClientUnaryCall;
  createToken(argument: _quorate_master_v1_CreateTokenRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_CreateTokenResponse__Output>): grpc.ClientUnaryCall;
  createToken(argument: _quorate_master_v1_CreateTokenRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_CreateTokenResponse__Output>): grpc.ClientUnaryCall;
  createToken(argument: _quorate_master_v1_CreateTokenRequest, callback: grpc.requestCallback<_quorate_master_v1_CreateTokenResponse__Output>): grpc.ClientUnaryCall;
  
  FinishJoin(argument: _quorate_master_v1_FinishJoinRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_FinishJoinResponse__Output>): grpc.ClientUnaryCall;
  FinishJoin(argument: _quorate_master_v1_FinishJoinRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_FinishJoinResponse__Output>): grpc.ClientUnaryCall;
  FinishJoin(argument: _quorate_master_v1_FinishJoinRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_FinishJoinResponse__Output>): grpc.ClientUnaryCall;
  FinishJoin(argument: _quorate_master_v1_FinishJoinRequest, callback: grpc.requestCallback<_quorate_master_v1_FinishJoinResponse__Output>): grpc.ClientUnaryCall;
  finishJoin(argument: _quorate_master_v1_FinishJoinRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_FinishJoinResponse__Output>): grpc.ClientUnaryCall;
  finishJoin(argument: _quorate_master_v1_FinishJoinRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_FinishJoinResponse__Output>): grpc.ClientUnaryCall;
  finishJoin(argument: _quorate_master_v1_FinishJoinRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_FinishJoinResponse__Output>): grpc.ClientUnaryCall;
  finishJoin(argument: _quorate_master_v1_FinishJoinRequest, callback: grpc.requestCallback<_quorate_master_v1_FinishJoinResponse__Output>): grpc.ClientUnaryCall;
  
  ListTokens(argument: _quorate_master_v1_ListTokensRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ListTokensResponse__Output>): grpc.ClientUnaryCall;
  ListTokens(argument: _quorate_master_v1_ListTokensRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_ListTokensResponse__Output>): grpc.ClientUnaryCall;
  ListTokens(argument: _quorate_master_v1_ListTokensRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ListTokensResponse__Output>): grpc.ClientUnaryCall;
  ListTokens(argument: _quorate_master_v1_ListTokensRequest, callback: grpc.requestCallback<_quorate_master_v1_ListTokensResponse__Output>): grpc.ClientUnaryCall;
  listTokens(argument: _quorate_master_v1_ListTokensRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ListTokensResponse__Output>): grpc.ClientUnaryCall;
  listTokens(argument: _quorate_master_v1_ListTokensRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_ListTokensResponse__Output>): grpc.ClientUnaryCall;
  listTokens(argument: _quorate_master_v1_ListTokensRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_ListTokensResponse__Output>): grpc.ClientUnaryCall;
  listTokens(argument: _quorate_master_v1_ListTokensRequest, callback: grpc.requestCallback<_quorate_master_v1_ListTokensResponse__Output>): grpc.ClientUnaryCall;
  
  RevokeToken(argument: _quorate_master_v1_RevokeTokenRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_RevokeTokenResponse__Output>): grpc.ClientUnaryCall;
  RevokeToken(argument: _quorate_master_v1_RevokeTokenRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_RevokeTokenResponse__Output>): grpc.ClientUnaryCall;
  RevokeToken(argument: _quorate_master_v1_RevokeTokenRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_RevokeTokenResponse__Output>): grpc.ClientUnaryCall;
  RevokeToken(argument: _quorate_master_v1_RevokeTokenRequest, callback: grpc.requestCallback<_quorate_master_v1_RevokeTokenResponse__Output>): grpc.ClientUnaryCall;
  revokeToken(argument: _quorate_master_v1_RevokeTokenRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_RevokeTokenResponse__Output>): grpc.ClientUnaryCall;
  revokeToken(argument: _quorate_master_v1_RevokeTokenRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_RevokeTokenResponse__Output>): grpc.ClientUnaryCall;
  revokeToken(argument: _quorate_master_v1_RevokeTokenRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_RevokeTokenResponse__Output>): grpc.ClientUnaryCall;
  revokeToken(argument: _quorate_master_v1_RevokeTokenRequest, callback: grpc.requestCallback<_quorate_master_v1_RevokeTokenResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface TokensServiceHandlers extends grpc.UntypedServiceImplementation {
  CreateToken: grpc.handleUnaryCall<_quorate_master_v1_CreateTokenRequest__Output, _quorate_master_v1_CreateTokenResponse>;
  
  FinishJoin: grpc.handleUnaryCall<_quorate_master_v1_FinishJoinRequest__Output, _quorate_master_v1_FinishJoinResponse>;
  
  ListTokens: grpc.handleUnaryCall<_quorate_master_v1_ListTokensRequest__Output, _quorate_master_v1_ListTokensResponse>;
  
  RevokeToken: grpc.handleUnaryCall<_quorate_master_v1_RevokeTokenRequest__Output, _quorate_master_v1_RevokeTokenResponse>;
  
}

export interface TokensServiceDefinition extends grpc.ServiceDefinition {
  CreateToken: MethodDefinition<_quorate_master_v1_CreateTokenRequest, _quorate_master_v1_CreateTokenResponse, _quorate_master_v1_CreateTokenRequest__Output, _quorate_master_v1_CreateTokenResponse__Output>
  FinishJoin: MethodDefinition<_quorate_master_v1_FinishJoinRequest, _quorate_master_v1_FinishJoinResponse, _quorate_master_v1_FinishJoinRequest__Output, _quorate_master_v1_FinishJoinResponse__Output>
  ListTokens: MethodDefinition<_quorate_master_v1_ListTokensRequest, _quorate_master_v1_ListTokensResponse, _quorate_master_v1_ListTokensRequest__Output, _quorate_master_v1_ListTokensResponse__Output>
  RevokeToken: MethodDefinition<_quorate_master_v1_RevokeTokenRequest, _quorate_master_v1_RevokeTokenResponse, _quorate_master_v1_RevokeTokenRequest__Output, _quorate_master_v1_RevokeTokenResponse__Output>
}
