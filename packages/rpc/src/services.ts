/**
 * The contract as values: one typed definition per service of `proto/`, for callers and for servers.
 *
 * The descriptor is part of the program (no `.proto` file at run time). It is parsed when the first service is
 * looked at, so a command that calls nobody pays nothing.
 */
import type * as grpc from '@grpc/grpc-js';
import {
  fromJSON,
  type MessageTypeDefinition,
  type MethodDefinition,
  type PackageDefinition,
} from '@grpc/proto-loader';
import { descriptor } from './gen/descriptor.ts';
import type { HealthDefinition, HealthHandlers } from './gen/grpc/health/v1/Health.ts';
import type {
  EnrolmentServiceDefinition,
  EnrolmentServiceHandlers,
} from './gen/quorate/master/v1/EnrolmentService.ts';
import type { JoinServiceDefinition, JoinServiceHandlers } from './gen/quorate/master/v1/JoinService.ts';
import type {
  MastershipServiceDefinition,
  MastershipServiceHandlers,
} from './gen/quorate/master/v1/MastershipService.ts';
import type {
  ParametersServiceDefinition,
  ParametersServiceHandlers,
} from './gen/quorate/master/v1/ParametersService.ts';
import type { NodesServiceDefinition, NodesServiceHandlers } from './gen/quorate/master/v1/NodesService.ts';
import type {
  RenewalServiceDefinition as MasterRenewalServiceDefinition,
  RenewalServiceHandlers as MasterRenewalServiceHandlers,
} from './gen/quorate/master/v1/RenewalService.ts';
import type { TrustServiceDefinition, TrustServiceHandlers } from './gen/quorate/master/v1/TrustService.ts';
import type {
  RepairServiceDefinition,
  RepairServiceHandlers,
} from './gen/quorate/master/v1/RepairService.ts';
import type {
  StatusServiceDefinition,
  StatusServiceHandlers,
} from './gen/quorate/master/v1/StatusService.ts';
import type {
  AddressServiceDefinition,
  AddressServiceHandlers,
} from './gen/quorate/node/v1/AddressService.ts';
import type {
  CandidacyServiceDefinition,
  CandidacyServiceHandlers,
} from './gen/quorate/node/v1/CandidacyService.ts';
import type {
  TokensServiceDefinition,
  TokensServiceHandlers,
} from './gen/quorate/master/v1/TokensService.ts';
import type {
  ConfigurationServiceDefinition,
  ConfigurationServiceHandlers,
} from './gen/quorate/node/v1/ConfigurationService.ts';
import type { GrantServiceDefinition, GrantServiceHandlers } from './gen/quorate/node/v1/GrantService.ts';
import type { LeaseServiceDefinition, LeaseServiceHandlers } from './gen/quorate/node/v1/LeaseService.ts';
import type {
  MasterIpServiceDefinition,
  MasterIpServiceHandlers,
} from './gen/quorate/node/v1/MasterIpService.ts';
import type {
  NodeMembershipServiceDefinition,
  NodeMembershipServiceHandlers,
} from './gen/quorate/node/v1/NodeMembershipService.ts';
import type {
  NodeVersionServiceDefinition,
  NodeVersionServiceHandlers,
} from './gen/quorate/node/v1/NodeVersionService.ts';
import type { OfficeServiceDefinition, OfficeServiceHandlers } from './gen/quorate/node/v1/OfficeService.ts';
import type {
  RenewalServiceDefinition,
  RenewalServiceHandlers,
} from './gen/quorate/node/v1/RenewalService.ts';
import type { VerifyServiceDefinition, VerifyServiceHandlers } from './gen/quorate/node/v1/VerifyService.ts';
import type { VoteServiceDefinition, VoteServiceHandlers } from './gen/quorate/node/v1/VoteService.ts';

/** A call with one request and one answer; `…Out` is what the receiving side reads, with defaults filled in. */
export type UnaryMethod<Req, Res, ReqOut, ResOut> = MethodDefinition<Req, Res, ReqOut, ResOut> & {
  readonly responseStream: false;
};

/** A call with one request and any number of answers. */
export type StreamMethod<Req, Res, ReqOut, ResOut> = MethodDefinition<Req, Res, ReqOut, ResOut> & {
  readonly responseStream: true;
};

type IsStream<Handler> =
  // oxlint-disable-next-line typescript/no-explicit-any -- only the shape of the handler matters here
  Handler extends grpc.handleServerStreamingCall<any, any> ? true : false;

/** The generated definition without its index signature, so that a misspelt method does not compile. */
export type Service<Definition, Handlers> = {
  readonly [
    M in keyof Definition as string extends M ? never : number extends M ? never : M
  ]: Definition[M] & {
    readonly responseStream: IsStream<M extends keyof Handlers ? Handlers[M] : never>;
  };
};

interface NodeServices {
  readonly vote: Service<VoteServiceDefinition, VoteServiceHandlers>;
  readonly grant: Service<GrantServiceDefinition, GrantServiceHandlers>;
  readonly lease: Service<LeaseServiceDefinition, LeaseServiceHandlers>;
  readonly configuration: Service<ConfigurationServiceDefinition, ConfigurationServiceHandlers>;
  readonly office: Service<OfficeServiceDefinition, OfficeServiceHandlers>;
  readonly masterIp: Service<MasterIpServiceDefinition, MasterIpServiceHandlers>;
  readonly nodeVersion: Service<NodeVersionServiceDefinition, NodeVersionServiceHandlers>;
  readonly verify: Service<VerifyServiceDefinition, VerifyServiceHandlers>;
  readonly membership: Service<NodeMembershipServiceDefinition, NodeMembershipServiceHandlers>;
  readonly candidacy: Service<CandidacyServiceDefinition, CandidacyServiceHandlers>;
  readonly address: Service<AddressServiceDefinition, AddressServiceHandlers>;
  readonly renewal: Service<RenewalServiceDefinition, RenewalServiceHandlers>;
}

interface MasterServices {
  readonly status: Service<StatusServiceDefinition, StatusServiceHandlers>;
  readonly mastership: Service<MastershipServiceDefinition, MastershipServiceHandlers>;
  readonly enrolment: Service<EnrolmentServiceDefinition, EnrolmentServiceHandlers>;
  readonly parameters: Service<ParametersServiceDefinition, ParametersServiceHandlers>;
  readonly nodes: Service<NodesServiceDefinition, NodesServiceHandlers>;
  readonly renewal: Service<MasterRenewalServiceDefinition, MasterRenewalServiceHandlers>;
  readonly trust: Service<TrustServiceDefinition, TrustServiceHandlers>;
  readonly repair: Service<RepairServiceDefinition, RepairServiceHandlers>;
  readonly tokens: Service<TokensServiceDefinition, TokensServiceHandlers>;
  readonly join: Service<JoinServiceDefinition, JoinServiceHandlers>;
}

/** Must equal the generator's options in tools/proto/contract.mjs. */
const protoOptions = { longs: Number, enums: String, defaults: true, oneofs: true };

let parsed: PackageDefinition | undefined;

/** A service or message by its full proto name; throws for a name that is not in the contract. */
function definitionOf(name: string): PackageDefinition[string] {
  parsed ??= fromJSON(descriptor as Parameters<typeof fromJSON>[0], protoOptions);
  const definition = parsed[name];
  if (definition === undefined) throw new Error(`The contract has no ${name}`);
  return definition;
}

/** An object whose properties are looked up in the contract at first use. */
function lazily<Services>(names: Readonly<Record<keyof Services, string>>): Services {
  const services = {};
  for (const key of Object.keys(names) as (keyof Services)[]) {
    Object.defineProperty(services, key, { enumerable: true, get: () => definitionOf(names[key]) });
  }
  return services as Services;
}

/** What a node daemon serves. */
export const nodeServices: NodeServices = lazily<NodeServices>({
  vote: 'quorate.node.v1.VoteService',
  grant: 'quorate.node.v1.GrantService',
  lease: 'quorate.node.v1.LeaseService',
  configuration: 'quorate.node.v1.ConfigurationService',
  office: 'quorate.node.v1.OfficeService',
  masterIp: 'quorate.node.v1.MasterIpService',
  nodeVersion: 'quorate.node.v1.NodeVersionService',
  verify: 'quorate.node.v1.VerifyService',
  membership: 'quorate.node.v1.NodeMembershipService',
  candidacy: 'quorate.node.v1.CandidacyService',
  address: 'quorate.node.v1.AddressService',
  renewal: 'quorate.node.v1.RenewalService',
});

/** What a master daemon serves. */
export const masterServices: MasterServices = lazily<MasterServices>({
  status: 'quorate.master.v1.StatusService',
  mastership: 'quorate.master.v1.MastershipService',
  enrolment: 'quorate.master.v1.EnrolmentService',
  parameters: 'quorate.master.v1.ParametersService',
  nodes: 'quorate.master.v1.NodesService',
  renewal: 'quorate.master.v1.RenewalService',
  trust: 'quorate.master.v1.TrustService',
  repair: 'quorate.master.v1.RepairService',
  tokens: 'quorate.master.v1.TokensService',
  join: 'quorate.master.v1.JoinService',
});

/** What every server of ours serves: gRPC's own health service. */
export const standardServices = lazily<{ readonly health: Service<HealthDefinition, HealthHandlers> }>({
  health: 'grpc.health.v1.Health',
});

/** A message that is no request or answer of a call, such as the details of an error. */
export const messageNamed = <In extends object, Out extends object>(
  name: string,
): MessageTypeDefinition<In, Out> => definitionOf(name) as unknown as MessageTypeDefinition<In, Out>;
