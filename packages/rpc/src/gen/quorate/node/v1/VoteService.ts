// Original file: proto/quorate/node/v1/vote.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetVoteRequest as _quorate_node_v1_GetVoteRequest, GetVoteRequest__Output as _quorate_node_v1_GetVoteRequest__Output } from '../../../quorate/node/v1/GetVoteRequest.ts';
import type { GetVoteResponse as _quorate_node_v1_GetVoteResponse, GetVoteResponse__Output as _quorate_node_v1_GetVoteResponse__Output } from '../../../quorate/node/v1/GetVoteResponse.ts';

export interface VoteServiceClient extends grpc.Client {
  GetVote(argument: _quorate_node_v1_GetVoteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetVoteResponse__Output>): grpc.ClientUnaryCall;
  GetVote(argument: _quorate_node_v1_GetVoteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetVoteResponse__Output>): grpc.ClientUnaryCall;
  GetVote(argument: _quorate_node_v1_GetVoteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetVoteResponse__Output>): grpc.ClientUnaryCall;
  GetVote(argument: _quorate_node_v1_GetVoteRequest, callback: grpc.requestCallback<_quorate_node_v1_GetVoteResponse__Output>): grpc.ClientUnaryCall;
  getVote(argument: _quorate_node_v1_GetVoteRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetVoteResponse__Output>): grpc.ClientUnaryCall;
  getVote(argument: _quorate_node_v1_GetVoteRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetVoteResponse__Output>): grpc.ClientUnaryCall;
  getVote(argument: _quorate_node_v1_GetVoteRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetVoteResponse__Output>): grpc.ClientUnaryCall;
  getVote(argument: _quorate_node_v1_GetVoteRequest, callback: grpc.requestCallback<_quorate_node_v1_GetVoteResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface VoteServiceHandlers extends grpc.UntypedServiceImplementation {
  GetVote: grpc.handleUnaryCall<_quorate_node_v1_GetVoteRequest__Output, _quorate_node_v1_GetVoteResponse>;
  
}

export interface VoteServiceDefinition extends grpc.ServiceDefinition {
  GetVote: MethodDefinition<_quorate_node_v1_GetVoteRequest, _quorate_node_v1_GetVoteResponse, _quorate_node_v1_GetVoteRequest__Output, _quorate_node_v1_GetVoteResponse__Output>
}
