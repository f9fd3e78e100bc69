/**
 * A node daemon in memory: the domain's own voter rules on a record that is no file, and an office that is two flags.
 *
 * Answers what the services of proto/quorate/node/v1 promise, in the form a caller reads. Knows no network: who
 * reaches it, and when, is for fake-cluster.ts.
 */
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError, type Facts, type Reason } from '@quorate/domain/errors';
import {
  decideNominate,
  decideRenew,
  decideResign,
  leaseLeftMs,
  leaseMemoryAtStart,
  type LeaseDecision,
  type LeaseMemory,
} from '@quorate/domain/lease';
import { parseRecord, writeRecord } from '@quorate/domain/record';
import type { NodeUuid, Roster, RosterNode } from '@quorate/domain/roster';
import { parseRoster } from '@quorate/domain/roster-of';
import { softwareVersion } from '@quorate/domain/software';
import type { Version } from '@quorate/domain/version';
import { decideGrant, decidePut } from '@quorate/domain/voter';
import { emptyVoterRecord, type VoterRecord } from '@quorate/domain/voter-record';
import { sha256Hex } from '@quorate/platform/digest';
import type { PutConfigurationRequest } from '@quorate/rpc/gen/quorate/node/v1/PutConfigurationRequest';

export interface FakeNode {
  readonly uuid: NodeUuid;
  readonly name: string;
  /** On its disk: outlives a crash. */
  voter: VoterRecord;
  roster: Roster;
  /** The full text it holds; null if none. */
  text: ClusterRecord | null;
  /** Lost in a crash, as all that follows. Its monotonic clock is the cluster's only one. */
  leases: LeaseMemory;
  masterIpHere: boolean;
  masterDaemonInOffice: boolean;
  /** Does not give up the office when it hears of another master, nor when it is told to. */
  clings: boolean;
  /** What it answers when its files are looked at. */
  facts: object;
}

export type NodeMethod = (node: FakeNode, request: never, sender: NodeUuid, clockMs: number) => unknown;

export function fakeNode({ uuid, name }: RosterNode, roster: Roster, text: ClusterRecord | null): FakeNode {
  const { version, master } = roster;
  const mastership = master === null ? null : { node: master, epoch: version.epoch };
  const isMaster = master === uuid;
  return {
    uuid,
    name,
    roster,
    text,
    voter: { epoch: version.epoch, grantedTo: master, master: mastership, version, longestLeaseMs: 0 },
    leases: leaseMemoryAtStart(emptyVoterRecord, 0),
    masterIpHere: isMaster,
    masterDaemonInOffice: isMaster,
    clings: false,
    facts: {},
  };
}

/** By the names of the contract. */
export const nodeMethods: Readonly<Record<string, NodeMethod>> = {
  GetVote: ({ uuid, voter, roster, text, leases }, _request, _sender, clockMs) => ({
    clusterUuid: roster.clusterUuid,
    nodeUuid: uuid,
    master: voter.master && { nodeUuid: voter.master.node, epoch: voter.master.epoch },
    epoch: voter.epoch,
    version: voter.version,
    holds: text?.version ?? null,
    clockMs,
    softwareVersion,
    leaseLeftMs: Math.max(leaseLeftMs(leases, clockMs), leases.silentUntilMs - clockMs, 0),
    leaseHolderUuid: leaseLeftMs(leases, clockMs) > 0 ? leases.lease?.holder : '',
  }),

  RequestGrant(node, { epoch, version, leaseMs = 0 }: GrantMessage, candidate, clockMs) {
    const request = { epoch, candidate, version, leaseMs };
    const decision = decideGrant(node.voter, node.leases, request, clockMs);
    if (!decision.granted) throw refusal(decision);
    node.voter = decision.record;
    node.leases = decision.memory;
    return { epoch };
  },

  RenewLease(node, { epoch, durationMs, order }: RenewMessage, master, clockMs) {
    keep(node, decideRenew(node.voter, node.leases, { epoch, master, durationMs, order }, clockMs));
    return { epoch };
  },

  Nominate(node, { epoch, candidateUuid, order }: NominateMessage, master, clockMs) {
    const request = { epoch, master, candidate: candidateUuid, order };
    return keep(node, decideNominate(node.voter, node.leases, request, clockMs));
  },

  Resign(node, { epoch, order }: HolderMessage, master, clockMs) {
    return keep(node, decideResign(node.voter, node.leases, { epoch, master, order }, clockMs));
  },

  PutConfiguration(node, request: PutConfigurationRequest & { version: Version }, sender) {
    const roster = parseRoster(request.roster ?? '');
    const decision = decidePut(node.voter, { version: request.version, master: roster.master, sender });
    if (decision.kind === 'refuse') throw refusal(decision);
    if (decision.kind === 'store') node.roster = roster;
    if (request.record) node.text = parseRecord(request.record, sha256Hex);
    node.voter = decision.record;
    if (node.voter.master?.node !== node.uuid) leave(node);
    return {
      version: node.voter.version,
      holdsRecord: node.text?.version.digest === node.voter.version.digest,
    };
  },

  GetConfiguration({ text }) {
    if (!text)
      throw new ClusterError('NOT_A_MASTER_CANDIDATE', 'This node does not hold the full configuration');
    return { record: writeRecord(text), version: text.version };
  },

  GetOffice: (node) => ({ observed: observe(node) }),

  TakeOffice(node, { epoch }: { epoch: number }) {
    const { master } = node.voter;
    if (master?.node !== node.uuid || master.epoch !== epoch) {
      throw new ClusterError('NOT_MASTER', `This node is not recorded as master in epoch ${epoch}`);
    }
    node.masterIpHere = true;
    return { observed: observe(node) };
  },

  LeaveOffice(node) {
    leave(node);
    return { observed: observe(node) };
  },

  DeactivateMasterIp(node) {
    node.masterIpHere = node.clings;
    return { masterIpHere: node.masterIpHere };
  },

  ChangeMasterIp: ({ masterIpHere }) => ({ masterIpHere }),

  GetMasterIp: ({ masterIpHere, masterDaemonInOffice }) => ({
    ...{ masterIpHere, masterIpRight: masterIpHere, officeHeld: masterDaemonInOffice },
    ...{ linkUp: true, lowered: false, problem: '', deviceExists: true },
    script: 'MASTER_IP_SCRIPT_STATE_READY',
  }),

  GetNodeVersion: () => ({ softwareVersion, protocolVersion: 1, configurationFormat: 3_000_000 }),
  InspectNode: ({ facts }, _request, _sender, clockMs) => ({
    ...{ receivedAtMs: clockMs, answeredAtMs: clockMs },
    ...facts,
  }),
  MendNode: () => ({ changedPaths: [], removedNames: [] }),
  LeaveCluster: () => ({}),
  ReceiveClusterKey: ({ name }) => ({ clientCertificateSha1: `digest of ${name}` }),
  GetCandidacy: () => ({ holdsClusterKey: true, clientCertificateSha1: '' }),
};

interface HolderMessage {
  readonly epoch: number;
  readonly order: number;
}

interface RenewMessage extends HolderMessage {
  readonly durationMs: number;
}

interface NominateMessage extends HolderMessage {
  readonly candidateUuid: NodeUuid;
}

interface GrantMessage {
  readonly epoch: number;
  readonly version: Version;
  readonly leaseMs?: number;
}

function keep(node: FakeNode, decision: LeaseDecision): object {
  if (decision.kind === 'refuse') throw refusal(decision);
  node.voter = decision.record;
  node.leases = decision.memory;
  return {};
}

function leave(node: FakeNode): void {
  if (node.clings) return;
  node.masterIpHere = false;
  node.masterDaemonInOffice = false;
}

const observe = ({ masterIpHere, masterDaemonInOffice, voter }: FakeNode): object => ({
  masterIpHere,
  masterDaemon: masterDaemonInOffice ? 'MASTER_DAEMON_STATE_IN_OFFICE' : 'MASTER_DAEMON_STATE_STANDBY',
  epoch: masterDaemonInOffice ? voter.epoch : 0,
});

const refusal = ({
  reason,
  message,
  facts,
}: {
  reason: Reason;
  message: string;
  facts: Facts;
}): ClusterError => new ClusterError(reason, message, { facts });
