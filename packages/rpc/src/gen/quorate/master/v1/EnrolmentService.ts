// Original file: proto/quorate/master/v1/enrolment.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AddNodeRequest as _quorate_master_v1_AddNodeRequest, AddNodeRequest__Output as _quorate_master_v1_AddNodeRequest__Output } from '../../../quorate/master/v1/AddNodeRequest.ts';
import type { AddNodeResponse as _quorate_master_v1_AddNodeResponse, AddNodeResponse__Output as _quorate_master_v1_AddNodeResponse__Output } from '../../../quorate/master/v1/AddNodeResponse.ts';
import type { EnrolNodeRequest as _quorate_master_v1_EnrolNodeRequest, EnrolNodeRequest__Output as _quorate_master_v1_EnrolNodeRequest__Output } from '../../../quorate/master/v1/EnrolNodeRequest.ts';
import type { EnrolNodeResponse as _quorate_master_v1_EnrolNodeResponse, EnrolNodeResponse__Output as _quorate_master_v1_EnrolNodeResponse__Output } from '../../../quorate/master/v1/EnrolNodeResponse.ts';
import type { WithdrawNodeRequest as _quorate_master_v1_WithdrawNodeRequest, WithdrawNodeRequest__Output as _quorate_master_v1_WithdrawNodeRequest__Output } from '../../../quorate/master/v1/WithdrawNodeRequest.ts';
import type { WithdrawNodeResponse as _quorate_master_v1_WithdrawNodeResponse, WithdrawNodeResponse__Output as _quorate_master_v1_WithdrawNodeResponse__Output } from '../../../quorate/master/v1/WithdrawNodeResponse.ts';

export interface EnrolmentServiceClient extends grpc.Client {
  AddNode(argument: _quorate_master_v1_AddNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_AddNodeResponse__Output>): grpc.ClientUnaryCall;
  AddNode(argument: _quorate_master_v1_AddNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_AddNodeResponse__Output>): grpc.ClientUnaryCall;
  AddNode(argument: _quorate_master_v1_AddNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_AddNodeResponse__Output>): grpc.ClientUnaryCall;
  AddNode(argument: _quorate_master_v1_AddNodeRequest, callback: grpc.requestCallback<_quorate_master_v1_AddNodeResponse__Output>): grpc.ClientUnaryCall;
  addNode(argument: _quorate_master_v1_AddNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_AddNodeResponse__Output>): grpc.ClientUnaryCall;
  addNode(argument: _quorate_master_v1_AddNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_AddNodeResponse__Output>): grpc.ClientUnaryCall;
  addNode(argument: _quorate_master_v1_AddNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_AddNodeResponse__Output>): grpc.ClientUnaryCall;
  addNode(argument: _quorate_master_v1_AddNodeRequest, callback: grpc.requestCallback<_quorate_master_v1_AddNodeResponse__Output>): grpc.ClientUnaryCall;
  
  EnrolNode(argument: _quorate_master_v1_EnrolNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_EnrolNodeResponse__Output>): grpc.ClientUnaryCall;
  EnrolNode(argument: _quorate_master_v1_EnrolNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_EnrolNodeResponse__Output>): grpc.ClientUnaryCall;
  EnrolNode(argument: _quorate_master_v1_EnrolNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_EnrolNodeResponse__Output>): grpc.ClientUnaryCall;
  EnrolNode(argument: _quorate_master_v1_EnrolNodeRequest, callback: grpc.requestCallback<_quorate_master_v1_EnrolNodeResponse__Output>): grpc.ClientUnaryCall;
  enrolNode(argument: _quorate_master_v1_EnrolNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_EnrolNodeResponse__Output>): grpc.ClientUnaryCall;
  enrolNode(argument: _quorate_master_v1_EnrolNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_EnrolNodeResponse__Output>): grpc.ClientUnaryCall;
  enrolNode(argument: _quorate_master_v1_EnrolNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_EnrolNodeResponse__Output>): grpc.ClientUnaryCall;
  enrolNode(argument: _quorate_master_v1_EnrolNodeRequest, callback: grpc.requestCallback<_quorate_master_v1_EnrolNodeResponse__Output>): grpc.ClientUnaryCall;
  
  WithdrawNode(argument: _quorate_master_v1_WithdrawNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_WithdrawNodeResponse__Output>): grpc.ClientUnaryCall;
  WithdrawNode(argument: _quorate_master_v1_WithdrawNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_WithdrawNodeResponse__Output>): grpc.ClientUnaryCall;
  WithdrawNode(argument: _quorate_master_v1_WithdrawNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_WithdrawNodeResponse__Output>): grpc.ClientUnaryCall;
  WithdrawNode(argument: _quorate_master_v1_WithdrawNodeRequest, callback: grpc.requestCallback<_quorate_master_v1_WithdrawNodeResponse__Output>): grpc.ClientUnaryCall;
  withdrawNode(argument: _quorate_master_v1_WithdrawNodeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_WithdrawNodeResponse__Output>): grpc.ClientUnaryCall;
  withdrawNode(argument: _quorate_master_v1_WithdrawNodeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_master_v1_WithdrawNodeResponse__Output>): grpc.ClientUnaryCall;
  withdrawNode(argument: _quorate_master_v1_WithdrawNodeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_master_v1_WithdrawNodeResponse__Output>): grpc.ClientUnaryCall;
  withdrawNode(argument: _quorate_master_v1_WithdrawNodeRequest, callback: grpc.requestCallback<_quorate_master_v1_WithdrawNodeResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface EnrolmentServiceHandlers extends grpc.UntypedServiceImplementation {
  AddNode: grpc.handleUnaryCall<_quorate_master_v1_AddNodeRequest__Output, _quorate_master_v1_AddNodeResponse>;
  
  EnrolNode: grpc.handleUnaryCall<_quorate_master_v1_EnrolNodeRequest__Output, _quorate_master_v1_EnrolNodeResponse>;
  
  WithdrawNode: grpc.handleUnaryCall<_quorate_master_v1_WithdrawNodeRequest__Output, _quorate_master_v1_WithdrawNodeResponse>;
  
}

export interface EnrolmentServiceDefinition extends grpc.ServiceDefinition {
  AddNode: MethodDefinition<_quorate_master_v1_AddNodeRequest, _quorate_master_v1_AddNodeResponse, _quorate_master_v1_AddNodeRequest__Output, _quorate_master_v1_AddNodeResponse__Output>
  EnrolNode: MethodDefinition<_quorate_master_v1_EnrolNodeRequest, _quorate_master_v1_EnrolNodeResponse, _quorate_master_v1_EnrolNodeRequest__Output, _quorate_master_v1_EnrolNodeResponse__Output>
  WithdrawNode: MethodDefinition<_quorate_master_v1_WithdrawNodeRequest, _quorate_master_v1_WithdrawNodeResponse, _quorate_master_v1_WithdrawNodeRequest__Output, _quorate_master_v1_WithdrawNodeResponse__Output>
}
