/** Puts the node daemon's parts behind the services of proto/quorate/node/v1. Translates; decides nothing. */
import { holdsClusterKey } from '@quorate/cluster-state/candidate-secrets';
import { masterIpScriptState } from '@quorate/cluster-state/master-ip-script';
import { readRoster } from '@quorate/cluster-state/roster-store';
import { readCertificateDigests } from '@quorate/cluster-state/secrets';
import type { State } from '@quorate/cluster-state/state';
import { configurationFormat } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import type { NodeUuid } from '@quorate/domain/roster';
import { parseRecord, writeRecord } from '@quorate/domain/record';
import { parseRoster } from '@quorate/domain/roster-of';
import { protocolVersion, softwareVersion } from '@quorate/domain/software';
import { sha256Hex } from '@quorate/platform/digest';
import { deviceExists, ownAddresses } from '@quorate/platform/network';
import { versionFrom, voteMessage } from '@quorate/rpc/messages';
import type { Caller, RpcServer } from '@quorate/rpc/server';
import { nodeServices } from '@quorate/rpc/services';
import type { HostKeeper } from './host-keeper.ts';
import type { Inspect } from './inspection.ts';
import type { LeaveCluster } from './leave-cluster.ts';
import type { Mend } from './mending.ts';
import type { Office } from './office.ts';
import type { RenewalPart } from './renewal.ts';
import { serveRenewal } from './renewal-services.ts';
import type { Voter } from './voter.ts';

export interface NodeParts {
  readonly state: State;
  readonly own: NodeUuid;
  readonly voter: Voter;
  readonly office: Office;
  readonly host: HostKeeper;
  readonly inspect: Inspect;
  readonly mend: Mend;
  readonly leaveCluster: LeaveCluster;
  readonly renewal: RenewalPart;
}

export function serveNode(server: RpcServer, parts: NodeParts): void {
  const { state, own, voter, office } = parts;
  const uuidOf = (caller: Caller): NodeUuid => (caller.kind === 'node' ? caller.uuid : own);

  server.serve(nodeServices.vote, {
    GetVote: async () => voteMessage(await voter.vote()),
  });

  server.serve(nodeServices.grant, {
    RequestGrant: async (request, caller) => {
      assertIs(caller, request.candidateUuid, 'Only the candidate itself may ask for its grant');
      const { epoch, candidateUuid: candidate, leaseMs } = request;
      await voter.grant({ epoch, candidate, version: versionFrom(request.version), leaseMs });
      return { epoch };
    },
  });

  server.serve(nodeServices.lease, {
    RenewLease: async ({ epoch, masterUuid: master, durationMs, order }, caller) => {
      assertIs(caller, master, 'Only the master itself may renew its lease');
      await voter.renew({ epoch, master, durationMs, order });
      return { epoch };
    },
    Nominate: async ({ epoch, masterUuid: master, candidateUuid: candidate, order }, caller) => {
      assertIs(caller, master, 'Only the holder of the lease may name its successor');
      await voter.nominate({ epoch, master, candidate, order });
      return {};
    },
    Resign: async ({ epoch, masterUuid: master, order }, caller) => {
      assertIs(caller, master, 'Only the holder of the lease may give it back');
      await voter.resign({ epoch, master, order });
      return {};
    },
  });

  server.serve(nodeServices.configuration, {
    PutConfiguration: async (request, caller) => {
      assertIs(caller, request.masterUuid, 'Only the master may send a configuration');
      const { record, holds } = await voter.receive({
        version: versionFrom(request.version),
        sender: uuidOf(caller),
        roster: parseRoster(request.roster),
        ssconf: request.ssconf,
        record: request.record === undefined ? undefined : parseRecord(request.record, sha256Hex),
        rewrite: request.rewrite,
      });
      void office.followRecord();
      void parts.host.follow();
      return { version: record.version, holdsRecord: holds?.digest === record.version.digest };
    },
    GetConfiguration: async () => {
      const record = await voter.configuration();
      if (!record)
        throw new ClusterError('NOT_A_MASTER_CANDIDATE', 'This node does not hold the full configuration');
      return { record: writeRecord(record), version: record.version };
    },
  });

  server.serve(nodeServices.office, {
    GetOffice: async () => ({ observed: await office.observe() }),
    TakeOffice: async ({ epoch, untilMonotonicUs: us, addressIsFree }) => ({
      observed: await office.take(epoch, us / 1000, addressIsFree),
    }),
    HoldOffice: async ({ epoch, untilMonotonicUs: us }) => ({
      observed: await office.hold(epoch, us / 1000),
    }),
    LeaveOffice: async ({ epoch }, caller) => ({ observed: await office.leave(epoch, uuidOf(caller)) }),
  });

  server.serve(nodeServices.masterIp, {
    ActivateMasterIp: async () => ({ masterIpHere: await office.raiseAddress() }),
    DeactivateMasterIp: async () => ({ masterIpHere: await office.lowerAddress() }),
    ChangeMasterIp: async (change) => ({ masterIpHere: await office.changeAddress(change) }),
    GetMasterIp: async ({ device }) => {
      const { here, right, ...known } = await office.addressReport();
      const { masterIp } = await readRoster(state);
      return {
        ...{ masterIpHere: here, masterIpRight: right, officeHeld: known.held },
        ...{ linkUp: known.linkUp, lowered: known.lowered, problem: known.problem },
        deviceExists: await deviceExists(device || masterIp.device),
        script: scriptStates[await masterIpScriptState(state)],
      };
    },
  });

  server.serve(nodeServices.nodeVersion, {
    GetNodeVersion: () => Promise.resolve({ softwareVersion, protocolVersion, configurationFormat }),
  });

  server.serve(nodeServices.verify, {
    InspectNode: (request) => parts.inspect(request),
    MendNode: () => parts.mend(),
  });

  serveRenewal(server, parts.renewal, uuidOf);

  server.serve(nodeServices.membership, {
    LeaveCluster: async ({ clusterUuid, epoch }, caller) => {
      await parts.leaveCluster(clusterUuid, { node: uuidOf(caller), epoch });
      return {};
    },
  });

  const clientCertificateSha1 = async (): Promise<string> =>
    (await readCertificateDigests(state)).clientCertificateSha1;

  server.serve(nodeServices.candidacy, {
    GetCandidacy: async () => ({
      holdsClusterKey: await holdsClusterKey(state),
      clientCertificateSha1: await clientCertificateSha1(),
    }),
    ReceiveClusterKey: async ({ epoch, privateKey }, caller) => {
      await voter.receiveClusterKey(epoch, uuidOf(caller), privateKey);
      return { clientCertificateSha1: await clientCertificateSha1() };
    },
  });

  server.serve(nodeServices.address, {
    HasAddress: ({ address }) =>
      Promise.resolve({ here: ownAddresses().some((own) => own.address === address) }),
  });
}

const scriptStates = {
  ready: 'MASTER_IP_SCRIPT_STATE_READY',
  missing: 'MASTER_IP_SCRIPT_STATE_MISSING',
  'not-executable': 'MASTER_IP_SCRIPT_STATE_NOT_EXECUTABLE',
} as const;

function assertIs(caller: Caller, uuid: NodeUuid, message: string): void {
  const known = caller.kind === 'node' ? caller.uuid : undefined;
  if (caller.kind === 'local' || known === uuid) return;
  throw new ClusterError('NOT_ALLOWED', message, { facts: { caller: known ?? caller.kind } });
}
