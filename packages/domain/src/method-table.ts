/**
 * Which role may call what. Both daemons ask here before anything else looks at a call.
 *
 * A role is told by the caller's certificate and this node's roster. `any-node` holds even for a node the roster
 * does not know, because it may be this node that lags; for calls that change something the voter's rules
 * (voter.ts) or the callee's epoch decide then. A candidate is one only with the certificate that the roster names for
 * it: with another of its name, however well signed, it is like a node that is not known; and so is the node itself, unless
 * it shows what this daemon shows. A node whose certificate is revoked may call nothing at all (BEH-270).
 *
 * Counterpart in Ganeti: candidate_certs, by which every candidate may call everything on every node (spec V7).
 */
import { whyRevoked } from './revocation.ts';
import { whyNotPinned, type ShownCertificate } from './pins.ts';
import { isCandidate, nodeByUuid, type NodeUuid, type Roster } from './roster.ts';

/**
 * `local` is an administrator on the host's own socket, who may call everything but what is for strangers: whoever has no
 * certificate of this cluster yet, and shows a token instead.
 */
export type Permission = 'any-node' | 'candidate' | 'self' | 'local' | 'stranger';

export type CallerIdentity =
  | { readonly kind: 'local' | 'stranger' }
  | {
      readonly kind: 'node';
      readonly uuid: NodeUuid;
      /** Of the certificate it showed, lower-case hex. */
      readonly certificateSha256?: string;
    };

export interface CalleeIdentity {
  readonly uuid: NodeUuid;
  /** Of the certificate this daemon shows itself, lower-case hex. */
  readonly certificateSha256?: string;
  /** null on a node that has not received any. */
  readonly roster: Roster | null;
}

export const permissions: Readonly<Record<string, Permission>> = {
  '/grpc.health.v1.Health/Check': 'any-node',
  '/grpc.health.v1.Health/Watch': 'any-node',
  // looking
  '/quorate.node.v1.NodeVersionService/GetNodeVersion': 'any-node',
  '/quorate.node.v1.VoteService/GetVote': 'any-node',
  '/quorate.node.v1.OfficeService/GetOffice': 'any-node',
  '/quorate.node.v1.MasterIpService/GetMasterIp': 'any-node',
  '/quorate.master.v1.StatusService/GetStatus': 'any-node',
  '/quorate.node.v1.RenewalService/GetTrust': 'any-node',
  '/quorate.master.v1.RenewalService/GetRenewal': 'any-node',
  // the record holds what only candidates may know
  '/quorate.node.v1.ConfigurationService/GetConfiguration': 'candidate',
  '/quorate.node.v1.VerifyService/InspectNode': 'candidate',
  // it changes no content
  '/quorate.node.v1.VerifyService/MendNode': 'candidate',
  // a master knows all candidates: it made them
  '/quorate.node.v1.OfficeService/LeaveOffice': 'candidate',
  // changing: the epoch tells whether the caller is the one who may
  '/quorate.node.v1.GrantService/RequestGrant': 'any-node',
  '/quorate.node.v1.ConfigurationService/PutConfiguration': 'any-node',
  '/quorate.node.v1.LeaseService/RenewLease': 'any-node',
  '/quorate.node.v1.LeaseService/Nominate': 'any-node',
  '/quorate.node.v1.LeaseService/Resign': 'any-node',
  // the same, and what they carry is handed out by candidates only
  '/quorate.node.v1.RenewalService/PrepareRenewal': 'candidate',
  '/quorate.node.v1.RenewalService/SwitchRenewal': 'candidate',
  '/quorate.node.v1.RenewalService/FinishRenewal': 'candidate',
  '/quorate.node.v1.RenewalService/GetStagedFiles': 'candidate',
  // a node changing itself
  '/quorate.node.v1.OfficeService/TakeOffice': 'self',
  '/quorate.node.v1.OfficeService/HoldOffice': 'self',
  '/quorate.node.v1.MasterIpService/ActivateMasterIp': 'self',
  '/quorate.node.v1.MasterIpService/DeactivateMasterIp': 'self',
  '/quorate.node.v1.MasterIpService/ChangeMasterIp': 'self',
  // the node itself, or the master: the epoch tells (leave-cluster.ts, candidacy.ts)
  '/quorate.node.v1.NodeMembershipService/LeaveCluster': 'candidate',
  '/quorate.node.v1.CandidacyService/GetCandidacy': 'candidate',
  '/quorate.node.v1.CandidacyService/ReceiveClusterKey': 'candidate',
  '/quorate.node.v1.AddressService/HasAddress': 'any-node',
  // administering
  '/quorate.master.v1.ParametersService/ModifyCluster': 'candidate',
  '/quorate.master.v1.NodesService/ListNodes': 'any-node',
  '/quorate.master.v1.NodesService/ModifyNode': 'candidate',
  '/quorate.master.v1.NodesService/RemoveNode': 'local',
  '/quorate.master.v1.NodesService/AwaitNode': 'local',
  '/quorate.master.v1.RepairService/SendConfiguration': 'candidate',
  '/quorate.master.v1.ParametersService/RetireMaster': 'local',
  '/quorate.master.v1.MastershipService/Failover': 'candidate',
  '/quorate.master.v1.MastershipService/HandOver': 'candidate',
  '/quorate.master.v1.MastershipService/StandDown': 'local',
  '/quorate.master.v1.EnrolmentService/EnrolNode': 'local',
  '/quorate.master.v1.EnrolmentService/AddNode': 'local',
  '/quorate.master.v1.EnrolmentService/WithdrawNode': 'local',
  '/quorate.master.v1.RenewalService/StartRenewal': 'local',
  '/quorate.master.v1.RenewalService/SteerRenewal': 'local',
  '/quorate.master.v1.TrustService/ReloadTrust': 'local',
  '/quorate.master.v1.TokensService/CreateToken': 'local',
  '/quorate.master.v1.TokensService/ListTokens': 'local',
  '/quorate.master.v1.TokensService/RevokeToken': 'local',
  // joining by token: with nothing but the token, then with the certificate it was given
  '/quorate.master.v1.JoinService/Join': 'stranger',
  '/quorate.master.v1.TokensService/FinishJoin': 'any-node',
};

/** Why this caller may not; undefined if it may. A path without a row is refused to everybody. */
export function mayCall(path: string, caller: CallerIdentity, own: CalleeIdentity): string | undefined {
  const permission = Object.hasOwn(permissions, path) ? permissions[path] : undefined;
  if (!permission) return `There is no call ${path}`;
  const isStrangers = permission === 'stranger';
  if (isStrangers !== (caller.kind === 'stranger')) return notFor(path, permission, caller);
  if (caller.kind !== 'node') return undefined;
  const revoked = own.roster && whyRevoked(own.roster, caller.uuid, caller.certificateSha256);
  if (revoked) return revoked;
  if (!holds[permission](caller.uuid, own)) return notFor(path, permission, caller);
  const needsPin = permission === 'candidate' || permission === 'self';
  return needsPin && own.roster && !showsTheSame(caller, own) ? whyNotPinned(own.roster, caller) : undefined;
}

/** Of itself a node knows best: it may be repaired by hand before anybody has heard of it. */
const showsTheSame = (caller: ShownCertificate, own: CalleeIdentity): boolean =>
  caller.uuid === own.uuid &&
  caller.certificateSha256 !== undefined &&
  caller.certificateSha256 === own.certificateSha256;

/**
 * Whether who is called must show the certificate that the roster names: the calls of candidates hand over secrets and
 * orders, and bring what is believed.
 */
export const needsPinnedServer = (path: string): boolean =>
  Object.hasOwn(permissions, path) && permissions[path] === 'candidate';

function notFor(path: string, permission: Permission, caller: CallerIdentity): string {
  const whom = caller.kind === 'node' ? `node ${caller.uuid}` : 'this caller';
  return `${path} is for ${audiences[permission]} only, not for ${whom}`;
}

const holds: Readonly<Record<Permission, (caller: NodeUuid, own: CalleeIdentity) => boolean>> = {
  'any-node': () => true,
  candidate: (caller, { roster }) => {
    const node = roster && nodeByUuid(roster, caller);
    return !!node && isCandidate(node);
  },
  self: (caller, own) => caller === own.uuid,
  local: () => false,
  stranger: () => false,
};

const audiences: Readonly<Record<Permission, string>> = {
  'any-node': 'nodes of this cluster',
  candidate: 'master candidates',
  self: 'the node itself',
  local: 'administrators on this host',
  stranger: 'hosts that join by token',
};
