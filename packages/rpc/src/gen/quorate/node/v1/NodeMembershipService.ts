// Original file: proto/quorate/node/v1/membership.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { LeaveClusterRequest as _quorate_node_v1_LeaveClusterRequest, LeaveClusterRequest__Output as _quorate_node_v1_LeaveClusterRequest__Output } from '../../../quorate/node/v1/LeaveClusterRequest.ts';
import type { LeaveClusterResponse as _quorate_node_v1_LeaveClusterResponse, LeaveClusterResponse__Output as _quorate_node_v1_LeaveClusterResponse__Output } from '../../../quorate/node/v1/LeaveClusterResponse.ts';

export interface NodeMembershipServiceClient extends grpc.Client {
  LeaveCluster(argument: _quorate_node_v1_LeaveClusterRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_LeaveClusterResponse__Output>): grpc.ClientUnaryCall;
  LeaveCluster(argument: _quorate_node_v1_LeaveClusterRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_LeaveClusterResponse__Output>): grpc.ClientUnaryCall;
  LeaveCluster(argument: _quorate_node_v1_LeaveClusterRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_LeaveClusterResponse__Output>): grpc.ClientUnaryCall;
  LeaveCluster(argument: _quorate_node_v1_LeaveClusterRequest, callback: grpc.requestCallback<_quorate_node_v1_LeaveClusterResponse__Output>): grpc.ClientUnaryCall;
  leaveCluster(argument: _quorate_node_v1_LeaveClusterRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_LeaveClusterResponse__Output>): grpc.ClientUnaryCall;
  leaveCluster(argument: _quorate_node_v1_LeaveClusterRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_LeaveClusterResponse__Output>): grpc.ClientUnaryCall;
  leaveCluster(argument: _quorate_node_v1_LeaveClusterRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_LeaveClusterResponse__Output>): grpc.ClientUnaryCall;
  leaveCluster(argument: _quorate_node_v1_LeaveClusterRequest, callback: grpc.requestCallback<_quorate_node_v1_LeaveClusterResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface NodeMembershipServiceHandlers extends grpc.UntypedServiceImplementation {
  LeaveCluster: grpc.handleUnaryCall<_quorate_node_v1_LeaveClusterRequest__Output, _quorate_node_v1_LeaveClusterResponse>;
  
}

export interface NodeMembershipServiceDefinition extends grpc.ServiceDefinition {
  LeaveCluster: MethodDefinition<_quorate_node_v1_LeaveClusterRequest, _quorate_node_v1_LeaveClusterResponse, _quorate_node_v1_LeaveClusterRequest__Output, _quorate_node_v1_LeaveClusterResponse__Output>
}
