// Original file: proto/quorate/node/v1/office.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { GetOfficeRequest as _quorate_node_v1_GetOfficeRequest, GetOfficeRequest__Output as _quorate_node_v1_GetOfficeRequest__Output } from '../../../quorate/node/v1/GetOfficeRequest.ts';
import type { GetOfficeResponse as _quorate_node_v1_GetOfficeResponse, GetOfficeResponse__Output as _quorate_node_v1_GetOfficeResponse__Output } from '../../../quorate/node/v1/GetOfficeResponse.ts';
import type { HoldOfficeRequest as _quorate_node_v1_HoldOfficeRequest, HoldOfficeRequest__Output as _quorate_node_v1_HoldOfficeRequest__Output } from '../../../quorate/node/v1/HoldOfficeRequest.ts';
import type { HoldOfficeResponse as _quorate_node_v1_HoldOfficeResponse, HoldOfficeResponse__Output as _quorate_node_v1_HoldOfficeResponse__Output } from '../../../quorate/node/v1/HoldOfficeResponse.ts';
import type { LeaveOfficeRequest as _quorate_node_v1_LeaveOfficeRequest, LeaveOfficeRequest__Output as _quorate_node_v1_LeaveOfficeRequest__Output } from '../../../quorate/node/v1/LeaveOfficeRequest.ts';
import type { LeaveOfficeResponse as _quorate_node_v1_LeaveOfficeResponse, LeaveOfficeResponse__Output as _quorate_node_v1_LeaveOfficeResponse__Output } from '../../../quorate/node/v1/LeaveOfficeResponse.ts';
import type { TakeOfficeRequest as _quorate_node_v1_TakeOfficeRequest, TakeOfficeRequest__Output as _quorate_node_v1_TakeOfficeRequest__Output } from '../../../quorate/node/v1/TakeOfficeRequest.ts';
import type { TakeOfficeResponse as _quorate_node_v1_TakeOfficeResponse, TakeOfficeResponse__Output as _quorate_node_v1_TakeOfficeResponse__Output } from '../../../quorate/node/v1/TakeOfficeResponse.ts';

export interface OfficeServiceClient extends grpc.Client {
  GetOffice(argument: _quorate_node_v1_GetOfficeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetOfficeResponse__Output>): grpc.ClientUnaryCall;
  GetOffice(argument: _quorate_node_v1_GetOfficeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetOfficeResponse__Output>): grpc.ClientUnaryCall;
  GetOffice(argument: _quorate_node_v1_GetOfficeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetOfficeResponse__Output>): grpc.ClientUnaryCall;
  GetOffice(argument: _quorate_node_v1_GetOfficeRequest, callback: grpc.requestCallback<_quorate_node_v1_GetOfficeResponse__Output>): grpc.ClientUnaryCall;
  getOffice(argument: _quorate_node_v1_GetOfficeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetOfficeResponse__Output>): grpc.ClientUnaryCall;
  getOffice(argument: _quorate_node_v1_GetOfficeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetOfficeResponse__Output>): grpc.ClientUnaryCall;
  getOffice(argument: _quorate_node_v1_GetOfficeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetOfficeResponse__Output>): grpc.ClientUnaryCall;
  getOffice(argument: _quorate_node_v1_GetOfficeRequest, callback: grpc.requestCallback<_quorate_node_v1_GetOfficeResponse__Output>): grpc.ClientUnaryCall;
  
  HoldOffice(argument: _quorate_node_v1_HoldOfficeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_HoldOfficeResponse__Output>): grpc.ClientUnaryCall;
  HoldOffice(argument: _quorate_node_v1_HoldOfficeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_HoldOfficeResponse__Output>): grpc.ClientUnaryCall;
  HoldOffice(argument: _quorate_node_v1_HoldOfficeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_HoldOfficeResponse__Output>): grpc.ClientUnaryCall;
  HoldOffice(argument: _quorate_node_v1_HoldOfficeRequest, callback: grpc.requestCallback<_quorate_node_v1_HoldOfficeResponse__Output>): grpc.ClientUnaryCall;
  holdOffice(argument: _quorate_node_v1_HoldOfficeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_HoldOfficeResponse__Output>): grpc.ClientUnaryCall;
  holdOffice(argument: _quorate_node_v1_HoldOfficeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_HoldOfficeResponse__Output>): grpc.ClientUnaryCall;
  holdOffice(argument: _quorate_node_v1_HoldOfficeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_HoldOfficeResponse__Output>): grpc.ClientUnaryCall;
  holdOffice(argument: _quorate_node_v1_HoldOfficeRequest, callback: grpc.requestCallback<_quorate_node_v1_HoldOfficeResponse__Output>): grpc.ClientUnaryCall;
  
  LeaveOffice(argument: _quorate_node_v1_LeaveOfficeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_LeaveOfficeResponse__Output>): grpc.ClientUnaryCall;
  LeaveOffice(argument: _quorate_node_v1_LeaveOfficeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_LeaveOfficeResponse__Output>): grpc.ClientUnaryCall;
  LeaveOffice(argument: _quorate_node_v1_LeaveOfficeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_LeaveOfficeResponse__Output>): grpc.ClientUnaryCall;
  LeaveOffice(argument: _quorate_node_v1_LeaveOfficeRequest, callback: grpc.requestCallback<_quorate_node_v1_LeaveOfficeResponse__Output>): grpc.ClientUnaryCall;
  leaveOffice(argument: _quorate_node_v1_LeaveOfficeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_LeaveOfficeResponse__Output>): grpc.ClientUnaryCall;
  leaveOffice(argument: _quorate_node_v1_LeaveOfficeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_LeaveOfficeResponse__Output>): grpc.ClientUnaryCall;
  leaveOffice(argument: _quorate_node_v1_LeaveOfficeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_LeaveOfficeResponse__Output>): grpc.ClientUnaryCall;
  leaveOffice(argument: _quorate_node_v1_LeaveOfficeRequest, callback: grpc.requestCallback<_quorate_node_v1_LeaveOfficeResponse__Output>): grpc.ClientUnaryCall;
  
  TakeOffice(argument: _quorate_node_v1_TakeOfficeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_TakeOfficeResponse__Output>): grpc.ClientUnaryCall;
  TakeOffice(argument: _quorate_node_v1_TakeOfficeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_TakeOfficeResponse__Output>): grpc.ClientUnaryCall;
  TakeOffice(argument: _quorate_node_v1_TakeOfficeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_TakeOfficeResponse__Output>): grpc.ClientUnaryCall;
  TakeOffice(argument: _quorate_node_v1_TakeOfficeRequest, callback: grpc.requestCallback<_quorate_node_v1_TakeOfficeResponse__Output>): grpc.ClientUnaryCall;
  takeOffice(argument: _quorate_node_v1_TakeOfficeRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_TakeOfficeResponse__Output>): grpc.ClientUnaryCall;
  takeOffice(argument: _quorate_node_v1_TakeOfficeRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_TakeOfficeResponse__Output>): grpc.ClientUnaryCall;
  takeOffice(argument: _quorate_node_v1_TakeOfficeRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_TakeOfficeResponse__Output>): grpc.ClientUnaryCall;
  takeOffice(argument: _quorate_node_v1_TakeOfficeRequest, callback: grpc.requestCallback<_quorate_node_v1_TakeOfficeResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface OfficeServiceHandlers extends grpc.UntypedServiceImplementation {
  GetOffice: grpc.handleUnaryCall<_quorate_node_v1_GetOfficeRequest__Output, _quorate_node_v1_GetOfficeResponse>;
  
  HoldOffice: grpc.handleUnaryCall<_quorate_node_v1_HoldOfficeRequest__Output, _quorate_node_v1_HoldOfficeResponse>;
  
  LeaveOffice: grpc.handleUnaryCall<_quorate_node_v1_LeaveOfficeRequest__Output, _quorate_node_v1_LeaveOfficeResponse>;
  
  TakeOffice: grpc.handleUnaryCall<_quorate_node_v1_TakeOfficeRequest__Output, _quorate_node_v1_TakeOfficeResponse>;
  
}

export interface OfficeServiceDefinition extends grpc.ServiceDefinition {
  GetOffice: MethodDefinition<_quorate_node_v1_GetOfficeRequest, _quorate_node_v1_GetOfficeResponse, _quorate_node_v1_GetOfficeRequest__Output, _quorate_node_v1_GetOfficeResponse__Output>
  HoldOffice: MethodDefinition<_quorate_node_v1_HoldOfficeRequest, _quorate_node_v1_HoldOfficeResponse, _quorate_node_v1_HoldOfficeRequest__Output, _quorate_node_v1_HoldOfficeResponse__Output>
  LeaveOffice: MethodDefinition<_quorate_node_v1_LeaveOfficeRequest, _quorate_node_v1_LeaveOfficeResponse, _quorate_node_v1_LeaveOfficeRequest__Output, _quorate_node_v1_LeaveOfficeResponse__Output>
  TakeOffice: MethodDefinition<_quorate_node_v1_TakeOfficeRequest, _quorate_node_v1_TakeOfficeResponse, _quorate_node_v1_TakeOfficeRequest__Output, _quorate_node_v1_TakeOfficeResponse__Output>
}
