/** `quorate status`: the cluster and every node, from any node. Exit 0 if a majority is healthy, else 1. */
import { masterDaemonOf, type ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { gatherVotes } from '@quorate/bootstrap/votes';
import { nodeByUuid, type Roster } from '@quorate/domain/roster';
import { statusReport, type NodeStatus, type StatusReport } from '@quorate/domain/status-report';
import { timings } from '@quorate/domain/timings';
import { describeVersion } from '@quorate/domain/version';
import { masterServices } from '@quorate/rpc/services';
import { openCluster, type GlobalOptions } from '../context.ts';
import { printResult, table } from '../output.ts';
import { pauseEnd } from '../pause-end.ts';

/** What the master daemon adds: whether it serves, and what it is still pushing. */
interface MasterDaemonReport {
  readonly inOffice: boolean;
  /** Version of a change that is neither done nor failed yet. */
  readonly pending: string | null;
  readonly lagging: readonly string[];
}

export default async function status(options: GlobalOptions): Promise<number> {
  const { access, roster } = await openCluster(options);
  const ballots = await gatherVotes(access, roster);
  const report = statusReport(roster, ballots, access.clock.now().getTime() / 1000);
  const masterDaemon = await askMasterDaemon(access, roster, report);
  printResult(options, { ...report, masterDaemon }, linesOf(report, masterDaemon));
  return report.healthy ? 0 : 1;
}

async function askMasterDaemon(
  access: ClusterAccess,
  roster: Roster,
  { master }: StatusReport,
): Promise<MasterDaemonReport | null> {
  const node = nodeByUuid(roster, master?.uuid ?? null);
  if (!node) return null;
  const call = access.channels.call(
    masterDaemonOf(node),
    masterServices.status.GetStatus,
    {},
    { deadlineMs: timings.voteMs },
  );
  return call.then(
    ({ inOffice, pending, laggingNodeUuids }) => ({
      inOffice,
      pending: pending && describeVersion(pending),
      lagging: laggingNodeUuids.map((uuid) => nodeByUuid(roster, uuid)?.name ?? uuid),
    }),
    () => null,
  );
}

function linesOf(report: StatusReport, masterDaemon: MasterDaemonReport | null): readonly string[] {
  const { cluster, master, epoch, version, electorate, needed, healthy, automaticFailover, nodes } = report;
  const serving = masterDaemon?.inOffice ? '' : ' (its master daemon is not in office)';
  return [
    `Cluster:       ${cluster.name} (${cluster.uuid})`,
    `Master:        ${master ? `${master.name}, epoch ${epoch}${serving}` : 'no majority names one'}`,
    `Configuration: ${describeVersion(version)}`,
    `Majority:      ${healthy ? 'yes' : 'NO'}, ${needed} of ${electorate} needed`,
    `Failover:      ${failoverText(automaticFailover)}`,
    ...(masterDaemon?.pending
      ? [`Undecided:     ${masterDaemon.pending}, not yet acknowledged by ${masterDaemon.lagging.join(', ')}`]
      : []),
    '',
    ...table([
      ['NODE', 'ROLE', 'ADDRESS', 'VOTES FOR', 'EPOCH', 'CONFIGURATION', 'PRIORITY', 'REMARK'],
      ...nodes.map((node) => [
        node.name,
        node.role,
        node.address,
        node.vote?.master ?? '-',
        String(node.vote?.epoch ?? '-'),
        node.version ? describeVersion(node.version) : '-',
        String(node.priority),
        remarkOn(node),
      ]),
    ]),
  ];
}

function failoverText({ on, pause }: StatusReport['automaticFailover']): string {
  if (!on) return 'on command only';
  return pause ? `automatic, paused ${pauseEnd(pause)}` : 'automatic';
}

const remarkOn = ({ reason, pause }: NodeStatus): string =>
  [...(reason ? [reason] : []), ...(pause ? [`paused ${pauseEnd(pause)}`] : [])].join('; ');
