/** Puts changes of single nodes behind NodesService. Translates, and asks the node where a rule needs a fact of it. */
import { nodeDaemonOf } from '@quorate/bootstrap/cluster-access';
import { pack, putConfiguration } from '@quorate/bootstrap/put-configuration';
import type { StepEvent } from '@quorate/bootstrap/steps';
import { nobodyEntrusted } from '@quorate/domain/candidate-pool';
import type { ClusterRecord, NodeObject } from '@quorate/domain/configuration';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import { compareNaturally } from '@quorate/domain/names';
import { instancesOn, withNodeAwaited, withNodeRemoved } from '@quorate/domain/node-changes';
import {
  comesBack,
  withNodeModified,
  type ModifiedNode,
  type NodeModification,
} from '@quorate/domain/node-modification';
import { oursOf, roleOf, rosterOf } from '@quorate/domain/roster-of';
import { requireNodeNamed, type RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import { probeTcp } from '@quorate/platform/network';
import type { ModifyNodeRequest__Output } from '@quorate/rpc/gen/quorate/master/v1/ModifyNodeRequest';
import type { NodeDetails } from '@quorate/rpc/gen/quorate/master/v1/NodeDetails';
import type { RpcServer } from '@quorate/rpc/server';
import { masterServices, nodeServices } from '@quorate/rpc/services';
import { pauseEnd, stepMessage } from './messages.ts';
import { removeNode } from './remove-node.ts';
import type { MasterParts } from './services.ts';
import type { InOffice } from './tenure.ts';

export function serveNodes(
  server: RpcServer,
  { access, mastership }: MasterParts,
  office: () => Promise<InOffice>,
): void {
  const nowSeconds = (): number => access.clock.now().getTime() / 1000;
  const named = async (name: string): Promise<{ record: ClusterRecord; node: RosterNode }> => {
    const { record } = await office();
    return { record, node: requireNodeNamed(rosterOf(record, ''), name) };
  };

  async function modify(node: RosterNode, given: NodeModification): Promise<ModifiedNode & ClusterRecordOf> {
    let result: ModifiedNode | undefined;
    const record = await mastership.change((present, now, entrusted) => {
      result = withNodeModified(present, node.uuid, given, now, entrusted);
      return result.draft;
    }, given.offline === true);
    if (!result) throw new ClusterError('INTERNAL', 'The change was committed without being made');
    return { ...result, record };
  }

  /** Only with the present configuration in its hands does it become a voter again (BEH-265). */
  async function bringBack(record: ClusterRecord, node: RosterNode): Promise<void> {
    const joins = record.ours.nodes[node.uuid]?.certificateSha256 === '';
    const hint = joins
      ? `It has yet to join: quorate node readd ${node.name}`
      : `Start it; if it was installed anew, or lost its files: quorate node readd ${node.name}`;
    const refused = (why: string): ClusterError =>
      new ClusterError('NODE_UNFIT', `${node.name} cannot be taken back: ${why}`, { hint });
    if (joins) throw refused('it has no certificate');
    await putConfiguration(access, node, pack(record)).catch((caught: unknown) => {
      const { message, facts } = clusterErrorFrom(caught);
      throw refused(facts['why'] ?? message);
    });
  }

  async function requireAddress(node: RosterNode, address: string): Promise<void> {
    const method = nodeServices.address.HasAddress;
    const options = { deadlineMs: timings.voteMs };
    const { here } = await access.channels.call(nodeDaemonOf(node), method, { address }, options);
    if (!here)
      throw new ClusterError('ADDRESS_NOT_OWNED', `${address} is not an address of ${node.name}`, {
        hint: 'Configure it there first',
      });
    if (node.uuid === access.own) return;
    const answer = await probeTcp(address, node.nodePort, timings.voteMs);
    if (answer === 'open' || answer === 'refused') return;
    throw new ClusterError('NODE_UNFIT', `${address} of ${node.name} cannot be reached from here`);
  }

  server.serve(masterServices.nodes, {
    ListNodes: async () => {
      const { record } = await office();
      const nodes = Object.values(record.configuration.nodes).sort((a, b) =>
        compareNaturally(a.name, b.name),
      );
      return { nodes: nodes.map((node) => detailsOf(record, node)) };
    },

    ModifyNode: async (request) => {
      const { record, node } = await named(request.name);
      const given = modificationIn(request);
      // Refused before anything is sent.
      const planned = withNodeModified(record, node.uuid, given, nowSeconds(), nobodyEntrusted);
      const { secondaryIp } = given;
      const known = record.configuration.nodes[node.uuid];
      const isMoved = secondaryIp !== undefined && secondaryIp !== known?.secondary_ip;
      if (isMoved && node.role !== 'offline') await requireAddress(node, secondaryIp);
      if (request.dryRun)
        return { version: record.version, notes: [...planned.notes], changes: [...planned.changes] };
      if (known && comesBack(known, given)) await bringBack(record, node);
      const { record: committed, notes, changes } = await modify(node, given);
      return { version: committed.version, notes: [...notes], changes: [...changes] };
    },

    RemoveNode: async ({ name, dryRun }, _caller, send) => {
      const { record, node } = await named(name);
      const planned = withNodeRemoved(record, node.uuid, nowSeconds(), nobodyEntrusted);
      const known = { name: node.name, uuid: node.uuid };
      if (dryRun) {
        const nothing = { left: false, exposed: [], version: record.version };
        return send({ outcome: { ...known, ...nothing, warnings: [...planned.notes] } });
      }
      const parts = { access, mastership, report: (event: StepEvent) => send({ step: stepMessage(event) }) };
      const { record: committed, left, exposed, warnings } = await removeNode(parts, record, node.uuid);
      const outcome = { left, exposed: [...exposed], warnings: [...warnings], version: committed.version };
      send({ outcome: { ...known, ...outcome } });
    },

    AwaitNode: async ({ name }) => {
      const { record, node } = await named(name);
      const isAwaited = withNodeAwaited(record, node.uuid, nowSeconds()) === record;
      const { version } = isAwaited
        ? record
        : await mastership.change((present, now) => withNodeAwaited(present, node.uuid, now), true);
      return { uuid: node.uuid, name: node.name, version };
    },
  });
}

interface ClusterRecordOf {
  readonly record: ClusterRecord;
}

function modificationIn(request: ModifyNodeRequest__Output): NodeModification {
  const { priority, pausedUntilSeconds, masterCandidate, drained, offline, masterCapable, vmCapable } =
    request;
  const { secondaryIp, nodeParameters, autoPromote, force } = request;
  const candidacy = {
    ...(priority !== undefined && { priority }),
    ...(pausedUntilSeconds !== undefined && { pausedUntilSeconds: pauseEnd(pausedUntilSeconds) }),
  };
  const flags = { masterCandidate, drained, offline, masterCapable, vmCapable };
  return { ...flags, secondaryIp, nodeParameters, autoPromote, force, candidacy };
}

function detailsOf(record: ClusterRecord, node: NodeObject): NodeDetails {
  const { nodePort, masterPort, certificateSha256, mayHoldClusterKey = false } = oursOf(record, node);
  const { configuration } = record;
  return {
    uuid: node.uuid,
    name: node.name,
    primaryIp: node.primary_ip,
    secondaryIp: node.secondary_ip,
    nodePort,
    masterPort,
    role: roleOf(record, node),
    masterCapable: node.master_capable,
    vmCapable: node.vm_capable,
    group: configuration.nodegroups[node.group]?.name ?? node.group,
    nodeParameters: JSON.stringify(node.ndparams),
    certificateSha256,
    mayHoldClusterKey,
    instances: [...instancesOn(configuration, node.uuid)],
    serial: node.serial_no,
    createdSeconds: Math.floor(node.ctime ?? 0),
    modifiedSeconds: Math.floor(node.mtime),
  };
}
