// Original file: proto/quorate/node/v1/renewal.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { FinishRenewalRequest as _quorate_node_v1_FinishRenewalRequest, FinishRenewalRequest__Output as _quorate_node_v1_FinishRenewalRequest__Output } from '../../../quorate/node/v1/FinishRenewalRequest.ts';
import type { FinishRenewalResponse as _quorate_node_v1_FinishRenewalResponse, FinishRenewalResponse__Output as _quorate_node_v1_FinishRenewalResponse__Output } from '../../../quorate/node/v1/FinishRenewalResponse.ts';
import type { GetStagedFilesRequest as _quorate_node_v1_GetStagedFilesRequest, GetStagedFilesRequest__Output as _quorate_node_v1_GetStagedFilesRequest__Output } from '../../../quorate/node/v1/GetStagedFilesRequest.ts';
import type { GetStagedFilesResponse as _quorate_node_v1_GetStagedFilesResponse, GetStagedFilesResponse__Output as _quorate_node_v1_GetStagedFilesResponse__Output } from '../../../quorate/node/v1/GetStagedFilesResponse.ts';
import type { GetTrustRequest as _quorate_node_v1_GetTrustRequest, GetTrustRequest__Output as _quorate_node_v1_GetTrustRequest__Output } from '../../../quorate/node/v1/GetTrustRequest.ts';
import type { GetTrustResponse as _quorate_node_v1_GetTrustResponse, GetTrustResponse__Output as _quorate_node_v1_GetTrustResponse__Output } from '../../../quorate/node/v1/GetTrustResponse.ts';
import type { PrepareRenewalRequest as _quorate_node_v1_PrepareRenewalRequest, PrepareRenewalRequest__Output as _quorate_node_v1_PrepareRenewalRequest__Output } from '../../../quorate/node/v1/PrepareRenewalRequest.ts';
import type { PrepareRenewalResponse as _quorate_node_v1_PrepareRenewalResponse, PrepareRenewalResponse__Output as _quorate_node_v1_PrepareRenewalResponse__Output } from '../../../quorate/node/v1/PrepareRenewalResponse.ts';
import type { SwitchRenewalRequest as _quorate_node_v1_SwitchRenewalRequest, SwitchRenewalRequest__Output as _quorate_node_v1_SwitchRenewalRequest__Output } from '../../../quorate/node/v1/SwitchRenewalRequest.ts';
import type { SwitchRenewalResponse as _quorate_node_v1_SwitchRenewalResponse, SwitchRenewalResponse__Output as _quorate_node_v1_SwitchRenewalResponse__Output } from '../../../quorate/node/v1/SwitchRenewalResponse.ts';

export interface RenewalServiceClient extends grpc.Client {
  FinishRenewal(argument: _quorate_node_v1_FinishRenewalRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_FinishRenewalResponse__Output>): grpc.ClientUnaryCall;
  FinishRenewal(argument: _quorate_node_v1_FinishRenewalRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_FinishRenewalResponse__Output>): grpc.ClientUnaryCall;
  FinishRenewal(argument: _quorate_node_v1_FinishRenewalRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_FinishRenewalResponse__Output>): grpc.ClientUnaryCall;
  FinishRenewal(argument: _quorate_node_v1_FinishRenewalRequest, callback: grpc.requestCallback<_quorate_node_v1_FinishRenewalResponse__Output>): grpc.ClientUnaryCall;
  finishRenewal(argument: _quorate_node_v1_FinishRenewalRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_FinishRenewalResponse__Output>): grpc.ClientUnaryCall;
  finishRenewal(argument: _quorate_node_v1_FinishRenewalRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_FinishRenewalResponse__Output>): grpc.ClientUnaryCall;
  finishRenewal(argument: _quorate_node_v1_FinishRenewalRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_FinishRenewalResponse__Output>): grpc.ClientUnaryCall;
  finishRenewal(argument: _quorate_node_v1_FinishRenewalRequest, callback: grpc.requestCallback<_quorate_node_v1_FinishRenewalResponse__Output>): grpc.ClientUnaryCall;
  
  GetStagedFiles(argument: _quorate_node_v1_GetStagedFilesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetStagedFilesResponse__Output>): grpc.ClientUnaryCall;
  GetStagedFiles(argument: _quorate_node_v1_GetStagedFilesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetStagedFilesResponse__Output>): grpc.ClientUnaryCall;
  GetStagedFiles(argument: _quorate_node_v1_GetStagedFilesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetStagedFilesResponse__Output>): grpc.ClientUnaryCall;
  GetStagedFiles(argument: _quorate_node_v1_GetStagedFilesRequest, callback: grpc.requestCallback<_quorate_node_v1_GetStagedFilesResponse__Output>): grpc.ClientUnaryCall;
  getStagedFiles(argument: _quorate_node_v1_GetStagedFilesRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetStagedFilesResponse__Output>): grpc.ClientUnaryCall;
  getStagedFiles(argument: _quorate_node_v1_GetStagedFilesRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetStagedFilesResponse__Output>): grpc.ClientUnaryCall;
  getStagedFiles(argument: _quorate_node_v1_GetStagedFilesRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetStagedFilesResponse__Output>): grpc.ClientUnaryCall;
  getStagedFiles(argument: _quorate_node_v1_GetStagedFilesRequest, callback: grpc.requestCallback<_quorate_node_v1_GetStagedFilesResponse__Output>): grpc.ClientUnaryCall;
  
  GetTrust(argument: _quorate_node_v1_GetTrustRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetTrustResponse__Output>): grpc.ClientUnaryCall;
  GetTrust(argument: _quorate_node_v1_GetTrustRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetTrustResponse__Output>): grpc.ClientUnaryCall;
  GetTrust(argument: _quorate_node_v1_GetTrustRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetTrustResponse__Output>): grpc.ClientUnaryCall;
  GetTrust(argument: _quorate_node_v1_GetTrustRequest, callback: grpc.requestCallback<_quorate_node_v1_GetTrustResponse__Output>): grpc.ClientUnaryCall;
  getTrust(argument: _quorate_node_v1_GetTrustRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetTrustResponse__Output>): grpc.ClientUnaryCall;
  getTrust(argument: _quorate_node_v1_GetTrustRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_GetTrustResponse__Output>): grpc.ClientUnaryCall;
  getTrust(argument: _quorate_node_v1_GetTrustRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_GetTrustResponse__Output>): grpc.ClientUnaryCall;
  getTrust(argument: _quorate_node_v1_GetTrustRequest, callback: grpc.requestCallback<_quorate_node_v1_GetTrustResponse__Output>): grpc.ClientUnaryCall;
  
  PrepareRenewal(argument: _quorate_node_v1_PrepareRenewalRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_PrepareRenewalResponse__Output>): grpc.ClientUnaryCall;
  PrepareRenewal(argument: _quorate_node_v1_PrepareRenewalRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_PrepareRenewalResponse__Output>): grpc.ClientUnaryCall;
  PrepareRenewal(argument: _quorate_node_v1_PrepareRenewalRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_PrepareRenewalResponse__Output>): grpc.ClientUnaryCall;
  PrepareRenewal(argument: _quorate_node_v1_PrepareRenewalRequest, callback: grpc.requestCallback<_quorate_node_v1_PrepareRenewalResponse__Output>): grpc.ClientUnaryCall;
  prepareRenewal(argument: _quorate_node_v1_PrepareRenewalRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_PrepareRenewalResponse__Output>): grpc.ClientUnaryCall;
  prepareRenewal(argument: _quorate_node_v1_PrepareRenewalRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_PrepareRenewalResponse__Output>): grpc.ClientUnaryCall;
  prepareRenewal(argument: _quorate_node_v1_PrepareRenewalRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_PrepareRenewalResponse__Output>): grpc.ClientUnaryCall;
  prepareRenewal(argument: _quorate_node_v1_PrepareRenewalRequest, callback: grpc.requestCallback<_quorate_node_v1_PrepareRenewalResponse__Output>): grpc.ClientUnaryCall;
  
  SwitchRenewal(argument: _quorate_node_v1_SwitchRenewalRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_SwitchRenewalResponse__Output>): grpc.ClientUnaryCall;
  SwitchRenewal(argument: _quorate_node_v1_SwitchRenewalRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_SwitchRenewalResponse__Output>): grpc.ClientUnaryCall;
  SwitchRenewal(argument: _quorate_node_v1_SwitchRenewalRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_SwitchRenewalResponse__Output>): grpc.ClientUnaryCall;
  SwitchRenewal(argument: _quorate_node_v1_SwitchRenewalRequest, callback: grpc.requestCallback<_quorate_node_v1_SwitchRenewalResponse__Output>): grpc.ClientUnaryCall;
  switchRenewal(argument: _quorate_node_v1_SwitchRenewalRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_SwitchRenewalResponse__Output>): grpc.ClientUnaryCall;
  switchRenewal(argument: _quorate_node_v1_SwitchRenewalRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_quorate_node_v1_SwitchRenewalResponse__Output>): grpc.ClientUnaryCall;
  switchRenewal(argument: _quorate_node_v1_SwitchRenewalRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_quorate_node_v1_SwitchRenewalResponse__Output>): grpc.ClientUnaryCall;
  switchRenewal(argument: _quorate_node_v1_SwitchRenewalRequest, callback: grpc.requestCallback<_quorate_node_v1_SwitchRenewalResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface RenewalServiceHandlers extends grpc.UntypedServiceImplementation {
  FinishRenewal: grpc.handleUnaryCall<_quorate_node_v1_FinishRenewalRequest__Output, _quorate_node_v1_FinishRenewalResponse>;
  
  GetStagedFiles: grpc.handleUnaryCall<_quorate_node_v1_GetStagedFilesRequest__Output, _quorate_node_v1_GetStagedFilesResponse>;
  
  GetTrust: grpc.handleUnaryCall<_quorate_node_v1_GetTrustRequest__Output, _quorate_node_v1_GetTrustResponse>;
  
  PrepareRenewal: grpc.handleUnaryCall<_quorate_node_v1_PrepareRenewalRequest__Output, _quorate_node_v1_PrepareRenewalResponse>;
  
  SwitchRenewal: grpc.handleUnaryCall<_quorate_node_v1_SwitchRenewalRequest__Output, _quorate_node_v1_SwitchRenewalResponse>;
  
}

export interface RenewalServiceDefinition extends grpc.ServiceDefinition {
  FinishRenewal: MethodDefinition<_quorate_node_v1_FinishRenewalRequest, _quorate_node_v1_FinishRenewalResponse, _quorate_node_v1_FinishRenewalRequest__Output, _quorate_node_v1_FinishRenewalResponse__Output>
  GetStagedFiles: MethodDefinition<_quorate_node_v1_GetStagedFilesRequest, _quorate_node_v1_GetStagedFilesResponse, _quorate_node_v1_GetStagedFilesRequest__Output, _quorate_node_v1_GetStagedFilesResponse__Output>
  GetTrust: MethodDefinition<_quorate_node_v1_GetTrustRequest, _quorate_node_v1_GetTrustResponse, _quorate_node_v1_GetTrustRequest__Output, _quorate_node_v1_GetTrustResponse__Output>
  PrepareRenewal: MethodDefinition<_quorate_node_v1_PrepareRenewalRequest, _quorate_node_v1_PrepareRenewalResponse, _quorate_node_v1_PrepareRenewalRequest__Output, _quorate_node_v1_PrepareRenewalResponse__Output>
  SwitchRenewal: MethodDefinition<_quorate_node_v1_SwitchRenewalRequest, _quorate_node_v1_SwitchRenewalResponse, _quorate_node_v1_SwitchRenewalRequest__Output, _quorate_node_v1_SwitchRenewalResponse__Output>
}
