// Original file: proto/quorate/node/v1/master_ip.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ActivateMasterIpRequest as _quorate_node_v1_ActivateMasterIpRequest, ActivateMasterIpRequest__Output as _quorate_node_v1_ActivateMasterIpRequest__Output } from '../../../quorate/node/v1/ActivateMasterIpRequest.ts';
import type { ActivateMasterIpResponse as _quorate_node_v1_ActivateMasterIpResponse, ActivateMasterIpResponse__Output as _quorate_node_v1_ActivateMasterIpResponse__Output } from '../../../quorate/node/v1/ActivateMasterIpResponse.ts';
import type { ChangeMasterIpRequest as _quorate_node_v1_ChangeMasterIpRequest, ChangeMasterIpRequest__Output as _quorate_node_v1_ChangeMasterIpRequest__Output } from '../../../quorate/node/v1/ChangeMasterIpRequest.ts';
import type { ChangeMasterIpResponse as _quorate_node_v1_ChangeMasterIpResponse, ChangeMasterIpResponse__Output as _quorate_node_v1_ChangeMasterIpResponse__Output } from '../../../quorate/node/v1/ChangeMasterIpResponse.ts';
import type { DeactivateMasterIpRequest as _quorate_node_v1_DeactivateMasterIpRequest, DeactivateMasterIpRequest__Output as _quorate_node_v1_DeactivateMasterIpRequest__Output } from '../../../quorate/node/v1/DeactivateMasterIpRequest.ts';
import type { DeactivateMasterIpResponse as _quorate_node_v1_DeactivateMasterIpResponse, DeactivateMasterIpResponse__Output as _quorate_node_v1_DeactivateMasterIpResponse__Output } from '../../../quorate/node/v1/DeactivateMasterIpResponse.ts';
import type { GetMasterIpRequest as _quorate_node_v1_GetMasterIpRequest, GetMasterIpRequest__Output as _quorate_node_v1_GetMasterIpRequest__Output } from '../../../quorate/node/v1/GetMasterIpRequest.ts';
import type { GetMasterIpResponse as _quorate_node_v1_GetMasterIpResponse, GetMasterIpResponse__Output as _quorate_node_v1_GetMasterIpResponse__Output } from '../../../quorate/node/v1/GetMasterIpResponse.ts';

export interface MasterIpServiceClient extends grpc.Client {
  ActivateMasterIp(argument: _quorate_node_v1_ActivateMasterIpRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_ActivateMasterIpResponse__Output>): grpc.ClientUnaryCall;
  ActivateMasterIp(argument: _quorate_node_v1_ActivateMasterIpRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_ActivateMasterIpResponse__Output>): grpc.ClientUnaryCall;
  ActivateMasterIp(argument: _quorate_node_v1_ActivateMasterIpRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_ActivateMasterIpResponse__Output>): grpc.ClientUnaryCall;
  ActivateMasterIp(argument: _quorate_node_v1_ActivateMasterIpRequest, callback: grpc.requestCallback<_quorate_node_v1_ActivateMasterIpResponse__Output>): grpc.ClientUnaryCall;
  activateMasterIp(argument: _quorate_node_v1_ActivateMasterIpRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_ActivateMasterIpResponse__Output>): grpc.ClientUnaryCall;
  activateMasterIp(argument: _quorate_node_v1_ActivateMasterIpRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_ActivateMasterIpResponse__Output>): grpc.ClientUnaryCall;
  activateMasterIp(argument: _quorate_node_v1_ActivateMasterIpRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_ActivateMasterIpResponse__Output>): grpc.ClientUnaryCall;
  activateMasterIp(argument: _quorate_node_v1_ActivateMasterIpRequest, callback: grpc.requestCallback<_quorate_node_v1_ActivateMasterIpResponse__Output>): grpc.ClientUnaryCall;
  
  ChangeMasterIp(argument: _quorate_node_v1_ChangeMasterIpRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_ChangeMasterIpResponse__Output>): grpc.ClientUnaryCall;
  ChangeMasterIp(argument: _quorate_node_v1_ChangeMasterIpRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_ChangeMasterIpResponse__Output>): grpc.ClientUnaryCall;
  ChangeMasterIp(argument: _quorate_node_v1_ChangeMasterIpRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_ChangeMasterIpResponse__Output>): grpc.ClientUnaryCall;
  ChangeMasterIp(argument: _quorate_node_v1_ChangeMasterIpRequest, callback: grpc.requestCallback<_quorate_node_v1_ChangeMasterIpResponse__Output>): grpc.ClientUnaryCall;
  changeMasterIp(argument: _quorate_node_v1_ChangeMasterIpRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_ChangeMasterIpResponse__Output>): grpc.ClientUnaryCall;
  changeMasterIp(argument: _quorate_node_v1_ChangeMasterIpRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_ChangeMasterIpResponse__Output>): grpc.ClientUnaryCall;
  changeMasterIp(argument: _quorate_node_v1_ChangeMasterIpRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_ChangeMasterIpResponse__Output>): grpc.ClientUnaryCall;
  changeMasterIp(argument: _quorate_node_v1_ChangeMasterIpRequest, callback: grpc.requestCallback<_quorate_node_v1_ChangeMasterIpResponse__Output>): grpc.ClientUnaryCall;
  
  DeactivateMasterIp(argument: _quorate_node_v1_DeactivateMasterIpRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_DeactivateMasterIpResponse__Output>): grpc.ClientUnaryCall;
  DeactivateMasterIp(argument: _quorate_node_v1_DeactivateMasterIpRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_DeactivateMasterIpResponse__Output>): grpc.ClientUnaryCall;
  DeactivateMasterIp(argument: _quorate_node_v1_DeactivateMasterIpRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_DeactivateMasterIpResponse__Output>): grpc.ClientUnaryCall;
  DeactivateMasterIp(argument: _quorate_node_v1_DeactivateMasterIpRequest, callback: grpc.requestCallback<_quorate_node_v1_DeactivateMasterIpResponse__Output>): grpc.ClientUnaryCall;
  deactivateMasterIp(argument: _quorate_node_v1_DeactivateMasterIpRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_DeactivateMasterIpResponse__Output>): grpc.ClientUnaryCall;
  deactivateMasterIp(argument: _quorate_node_v1_DeactivateMasterIpRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_DeactivateMasterIpResponse__Output>): grpc.ClientUnaryCall;
  deactivateMasterIp(argument: _quorate_node_v1_DeactivateMasterIpRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_DeactivateMasterIpResponse__Output>): grpc.ClientUnaryCall;
  deactivateMasterIp(argument: _quorate_node_v1_DeactivateMasterIpRequest, callback: grpc.requestCallback<_quorate_node_v1_DeactivateMasterIpResponse__Output>): grpc.ClientUnaryCall;
  
  GetMasterIp(argument: _quorate_node_v1_GetMasterIpRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetMasterIpResponse__Output>): grpc.ClientUnaryCall;
  GetMasterIp(argument: _quorate_node_v1_GetMasterIpRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetMasterIpResponse__Output>): grpc.ClientUnaryCall;
  GetMasterIp(argument: _quorate_node_v1_GetMasterIpRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetMasterIpResponse__Output>): grpc.ClientUnaryCall;
  GetMasterIp(argument: _quorate_node_v1_GetMasterIpRequest, callback: grpc.requestCallback<_quorate_node_v1_GetMasterIpResponse__Output>): grpc.ClientUnaryCall;
  getMasterIp(argument: _quorate_node_v1_GetMasterIpRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetMasterIpResponse__Output>): grpc.ClientUnaryCall;
  getMasterIp(argument: _quorate_node_v1_GetMasterIpRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetMasterIpResponse__Output>): grpc.ClientUnaryCall;
  getMasterIp(argument: _quorate_node_v1_GetMasterIpRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetMasterIpResponse__Output>): grpc.ClientUnaryCall;
  getMasterIp(argument: _quorate_node_v1_GetMasterIpRequest, callback: grpc.requestCallback<_quorate_node_v1_GetMasterIpResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface MasterIpServiceHandlers extends grpc.UntypedServiceImplementation {
  ActivateMasterIp: grpc.handleUnaryCall<_quorate_node_v1_ActivateMasterIpRequest__Output, _quorate_node_v1_ActivateMasterIpResponse>;
  
  ChangeMasterIp: grpc.handleUnaryCall<_quorate_node_v1_ChangeMasterIpRequest__Output, _quorate_node_v1_ChangeMasterIpResponse>;
  
  DeactivateMasterIp: grpc.handleUnaryCall<_quorate_node_v1_DeactivateMasterIpRequest__Output, _quorate_node_v1_DeactivateMasterIpResponse>;
  
  GetMasterIp: grpc.handleUnaryCall<_quorate_node_v1_GetMasterIpRequest__Output, _quorate_node_v1_GetMasterIpResponse>;
  
}

export interface MasterIpServiceDefinition extends grpc.ServiceDefinition {
  ActivateMasterIp: MethodDefinition<_quorate_node_v1_ActivateMasterIpRequest, _quorate_node_v1_ActivateMasterIpResponse, _quorate_node_v1_ActivateMasterIpRequest__Output, _quorate_node_v1_ActivateMasterIpResponse__Output>
  ChangeMasterIp: MethodDefinition<_quorate_node_v1_ChangeMasterIpRequest, _quorate_node_v1_ChangeMasterIpResponse, _quorate_node_v1_ChangeMasterIpRequest__Output, _quorate_node_v1_ChangeMasterIpResponse__Output>
  DeactivateMasterIp: MethodDefinition<_quorate_node_v1_DeactivateMasterIpRequest, _quorate_node_v1_DeactivateMasterIpResponse, _quorate_node_v1_DeactivateMasterIpRequest__Output, _quorate_node_v1_DeactivateMasterIpResponse__Output>
  GetMasterIp: MethodDefinition<_quorate_node_v1_GetMasterIpRequest, _quorate_node_v1_GetMasterIpResponse, _quorate_node_v1_GetMasterIpRequest__Output, _quorate_node_v1_GetMasterIpResponse__Output>
}
