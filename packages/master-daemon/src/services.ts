/** Puts the master daemon's parts behind the services of proto/quorate/master/v1. Translates; decides nothing. */
import { nodeOf, type ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { enrolNode } from '@quorate/bootstrap/enrolment';
import { pack, putConfiguration } from '@quorate/bootstrap/put-configuration';
import { readRoster } from '@quorate/cluster-state/roster-store';
import type { State } from '@quorate/cluster-state/state';
import type { Entrusted } from '@quorate/domain/candidate-pool';
import type { ClusterRecord, Draft } from '@quorate/domain/configuration';
import {
  type MasterIpChange,
  withCandidatePoolSize,
  withMasterIp,
  withoutMaster,
  withParameters,
} from '@quorate/domain/configuration-changes';
import { ClusterError } from '@quorate/domain/errors';
import { exposedSecrets } from '@quorate/domain/exposure';
import { awaitedNode } from '@quorate/domain/new-node';
import { rosterOf } from '@quorate/domain/roster-of';
import { mustWithdraw, withNodeWithdrawn } from '@quorate/domain/withdrawal';
import { describeCertificate } from '@quorate/platform/certificates';
import type { ModifyClusterRequest__Output } from '@quorate/rpc/gen/quorate/master/v1/ModifyClusterRequest';
import type { RpcServer } from '@quorate/rpc/server';
import { masterServices } from '@quorate/rpc/services';
import { admitNode } from './admit-node.ts';
import { pendingError } from './authority.ts';
import { changeMasterIp } from './master-ip-change.ts';
import type { Mastership } from './mastership.ts';
import { pauseEnd, stepMessage } from './messages.ts';
import { serveNodes } from './node-services.ts';
import { assertInOffice, type InOffice } from './tenure.ts';

export interface MasterParts {
  readonly state: State;
  readonly access: ClusterAccess;
  readonly mastership: Mastership;
}

export function serveMaster(server: RpcServer, { state, access, mastership }: MasterParts): void {
  const office = async (): Promise<InOffice> =>
    assertInOffice(mastership.tenure(), await readRoster(state), access.own);

  server.serve(masterServices.status, {
    GetStatus: async () => {
      const tenure = mastership.tenure();
      const { clusterName } = await readRoster(state);
      if (tenure.kind === 'standby') return { inOffice: false, clusterName, explanation: tenure.why };
      const { epoch, pending, lagging, record } = tenure;
      return {
        inOffice: true,
        epoch,
        clusterName,
        pending: pending?.record.version ?? null,
        laggingNodeUuids: [...lagging],
        leaseLeftMs: Math.floor(mastership.leaseLeftMs()),
        exposed: exposedSecrets(record).map(({ secret, knownTo }) => ({ secret, knownTo: [...knownTo] })),
      };
    },
  });

  server.serve(masterServices.mastership, {
    Failover: async ({ noVoting, confirmed, acceptDataLoss }, _caller, send) => {
      if (noVoting && !confirmed) throw unconfirmed();
      const outcome = await mastership.failover({ noVoting, acceptDataLoss }, (event) =>
        send({ step: stepMessage(event) }),
      );
      const { master, epoch, warnings } = outcome;
      send({ outcome: { masterName: master.name, masterUuid: master.uuid, epoch, warnings: [...warnings] } });
    },
    HandOver: async ({ candidateUuid }, caller) => {
      if (caller.kind === 'node' && caller.uuid !== candidateUuid) throw notForItself();
      return mastership.handOver(candidateUuid);
    },
    StandDown: ({ epoch }) => {
      mastership.standDown(epoch);
      return Promise.resolve({ inOffice: mastership.tenure().kind === 'in-office' });
    },
  });

  server.serve(masterServices.enrolment, {
    EnrolNode: async (request) => {
      const { record } = await office();
      const secondaryIp = request.secondaryIp || undefined;
      const sshPublicKey = request.sshPublicKey || undefined;
      const group = request.nodeGroup || undefined;
      return enrolNode(state, record, { ...request, secondaryIp, sshPublicKey, group }, access.clock.now());
    },
    AddNode: async (request) => {
      const { record } = await office();
      const known = record.configuration.nodes[request.nodeUuid];
      if (known && !awaitedNode(record, known.name)) return { candidate: known.master_candidate };
      return admitNode({ access, mastership }, record, { ...request, group: request.nodeGroup || undefined });
    },
    WithdrawNode: async ({ nodeUuid, name, nodeCertificate }) => {
      const { record } = await office();
      const { sha256 } = describeCertificate(nodeCertificate);
      const enrolled = { uuid: nodeUuid, name, certificateSha256: sha256 };
      const wasNode = mustWithdraw(record, enrolled);
      await mastership.change((present, now) => withNodeWithdrawn(present, enrolled, now));
      return { wasNode };
    },
  });

  serveNodes(server, { state, access, mastership }, office);

  server.serve(masterServices.repair, {
    SendConfiguration: async ({ nodeUuid }) => {
      const { record, pending } = await office();
      // Nobody may learn of a change that too few candidates hold; it is being pushed in the right order.
      if (pending) throw pendingError(pending);
      await putConfiguration(access, nodeOf(rosterOf(record, ''), nodeUuid), pack(record), { rewrite: true });
      return {};
    },
  });

  server.serve(masterServices.parameters, {
    ModifyCluster: async (request) => {
      // Made once more where a node that is to be promoted does not take the key.
      let notes: readonly string[] = [];
      const commit = (): Promise<ClusterRecord> =>
        mastership.change((present, now, entrusted) => {
          const made = modified(present, request, now, entrusted);
          notes = made.notes;
          return made.draft;
        });
      const { record } = await office();
      const changed = await changeMasterIp(access, record, masterIpChangeIn(request), commit);
      return { version: changed.committed.version, notes: [...changed.notes, ...notes] };
    },
    RetireMaster: async () => {
      const { record } = await office();
      assertLastNode(Object.values(record.configuration.nodes).map((node) => node.name));
      await mastership.change((present, now) => withoutMaster(present, now));
      return { masterUuid: access.own };
    },
  });
}

/** Every given parameter in one change. */
function modified(
  present: Draft,
  request: ModifyClusterRequest__Output,
  nowSeconds: number,
  entrusted: Entrusted,
): { draft: Draft; notes: readonly string[] } {
  const { candidatePoolSize, leaseMs, automaticFailover, pausedUntilSeconds } = request;
  const { certificateLifeSeconds, automaticRenewal } = request;
  const parameters = {
    ...(leaseMs !== undefined && { leaseMs }),
    ...(automaticFailover !== undefined && { automaticFailover }),
    ...(pausedUntilSeconds !== undefined && { pausedUntilSeconds: pauseEnd(pausedUntilSeconds) }),
    ...(certificateLifeSeconds !== undefined && { certificateLifeSeconds }),
    ...(automaticRenewal !== undefined && { automaticRenewal }),
  };
  const ours = Object.keys(parameters).length > 0;
  const masterIp = masterIpChangeIn(request);
  const movesMasterIp = Object.keys(masterIp).length > 0;
  if (candidatePoolSize === undefined && !ours && !movesMasterIp) throw nothingGiven();
  const moved = movesMasterIp ? withMasterIp(present, masterIp, nowSeconds) : present;
  const resized =
    candidatePoolSize === undefined
      ? { draft: moved, notes: [] }
      : withCandidatePoolSize(moved, candidatePoolSize, nowSeconds, entrusted);
  return ours ? { ...resized, draft: withParameters(resized.draft, parameters, nowSeconds) } : resized;
}

const masterIpChangeIn = (request: ModifyClusterRequest__Output): MasterIpChange => ({
  ...(request.masterNetmask !== undefined && { netmask: request.masterNetmask }),
  ...(request.masterNetdev !== undefined && { device: request.masterNetdev }),
  ...(request.useExternalMipScript !== undefined && { externalScript: request.useExternalMipScript }),
});

function assertLastNode(names: readonly string[]): void {
  if (names.length === 1) return;
  throw new ClusterError('NODES_REMAIN', `The cluster still has ${names.length} nodes: ${names.join(', ')}`, {
    hint: 'Only a cluster of one node can be destroyed',
  });
}

const notForItself = (): ClusterError =>
  new ClusterError('NOT_ALLOWED', 'A candidate can be handed the office only on its own behalf');

const nothingGiven = (): ClusterError =>
  new ClusterError('WRONG_INPUT', 'Nothing to change was given', { hint: 'Give at least one parameter' });

const unconfirmed = (): ClusterError =>
  new ClusterError(
    'CONFIRMATION_NEEDED',
    'Taking office without votes can make two masters and was not confirmed',
    {
      hint: 'Make sure that no other master runs, then add --yes-do-it',
    },
  );
