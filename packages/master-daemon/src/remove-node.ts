/**
 * Takes a node out of the cluster: first nobody listens to it any more, then it is told to go.
 *
 * The one commit at the start is what counts. Whatever comes after it may fail: what the node may then still know stays
 * recorded as exposed, which is taken back only when it was seen to leave.
 *
 * Counterpart in Ganeti: LUNodeRemove, which revokes last (spec L3).
 */
import { leavingDaemonOf, type ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { pack, putConfiguration } from '@quorate/bootstrap/put-configuration';
import { stepRunner, type ReportStep } from '@quorate/bootstrap/steps';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { clusterErrorFrom } from '@quorate/domain/errors';
import { withoutExposureOf } from '@quorate/domain/exposure';
import { withNodeRemoved } from '@quorate/domain/node-changes';
import { rosterNodeOf } from '@quorate/domain/roster-of';
import type { NodeUuid, RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import { awaitUntil } from '@quorate/platform/wait';
import { nodeServices } from '@quorate/rpc/services';
import type { Mastership } from './mastership.ts';

export const nodeRemoveSteps = {
  revoke: 'Taking it out of the configuration and revoking its certificate',
  tell: 'Telling it that it was removed',
  leave: 'Having it end its membership',
  'await-gone': 'Waiting for its node daemon to end',
  settle: 'Recording that it has left',
} as const;

export interface RemovedNode {
  readonly record: ClusterRecord;
  /** It was seen to leave. */
  readonly left: boolean;
  readonly exposed: readonly string[];
  readonly warnings: readonly string[];
}

interface RemoveParts {
  readonly access: ClusterAccess;
  readonly mastership: Pick<Mastership, 'change'>;
  readonly report: ReportStep;
}

/** Fails as `withNodeRemoved` does, or with COMMIT_UNDECIDED; then it was not removed, or not yet. */
export async function removeNode(
  { access, mastership, report }: RemoveParts,
  present: ClusterRecord,
  uuid: NodeUuid,
): Promise<RemovedNode> {
  const steps = stepRunner(nodeRemoveSteps, report, access.clock);
  const removed = present.configuration.nodes[uuid];
  const node = removed && { ...rosterNodeOf(present, removed), role: 'regular' as const };
  const hasAgent = present.ours.nodes[uuid]?.certificateSha256 !== '';
  let notes: readonly string[] = [];
  const record = await steps.required('revoke', () =>
    mastership.change((now, nowSeconds, entrusted) => {
      const result = withNodeRemoved(now, uuid, nowSeconds, entrusted);
      notes = result.notes;
      return result.draft;
    }),
  );
  const left = node !== undefined && hasAgent && (await sendAway(access, steps, record, node));
  const settled =
    left &&
    (await steps.tolerated('settle', () =>
      mastership.change((now, nowSeconds) => withoutExposureOf(now, uuid, nowSeconds)),
    ));
  const exposed = left ? [] : (record.ours.exposed?.find((each) => each.node === uuid)?.secrets ?? []);
  return { record: settled || record, left, exposed, warnings: [...notes, ...steps.warnings] };
}

type Steps = ReturnType<typeof stepRunner<typeof nodeRemoveSteps>>;

/** Whether it was seen to go. Each part is bounded, and without the one before it the next would be refused. */
async function sendAway(
  access: ClusterAccess,
  steps: Steps,
  record: ClusterRecord,
  node: RosterNode,
): Promise<boolean> {
  const done = (work: Promise<unknown>): Promise<true> => work.then(() => true);
  return (
    ((await steps.tolerated('tell', () => done(putConfiguration(access, node, pack(record))))) &&
      (await steps.tolerated('leave', () => done(orderToLeave(access, record, node)))) &&
      (await steps.tolerated('await-gone', () => done(awaitGone(access, node))))) === true
  );
}

function orderToLeave(access: ClusterAccess, record: ClusterRecord, node: RosterNode): Promise<unknown> {
  const request = { clusterUuid: record.configuration.cluster.uuid, epoch: record.version.epoch };
  const method = nodeServices.membership.LeaveCluster;
  return access.channels.call(leavingDaemonOf(node), method, request, { deadlineMs: timings.voteMs });
}

/** Its port is closed; a host that fell silent has not been seen to do anything. */
const awaitGone = (access: ClusterAccess, node: RosterNode): Promise<void> =>
  awaitUntil(
    (remainingMs) =>
      access.channels
        .call(leavingDaemonOf(node), nodeServices.nodeVersion.GetNodeVersion, {}, { deadlineMs: remainingMs })
        .then(
          () => false,
          (caught: unknown) => clusterErrorFrom(caught).facts['cause'] === 'refused',
        ),
    {
      what: `the node daemon of ${node.name} to end`,
      clock: access.clock,
      limitMs: timings.startMs,
      firstMs: timings.probeFirstMs,
      maxMs: timings.probeMaxMs,
    },
  );
