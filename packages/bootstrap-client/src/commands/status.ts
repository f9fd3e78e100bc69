/** `quorate status`: the cluster and every node, from any node. Exit 0 if a majority is healthy, else 1. */
import { masterDaemonOf, nodeDaemonOf, type ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { gatherVotes } from '@quorate/bootstrap/votes';
import { nodeByUuid, type MasterIpParameters, type Roster } from '@quorate/domain/roster';
import { statusReport, type NodeStatus, type StatusReport } from '@quorate/domain/status-report';
import { timings } from '@quorate/domain/timings';
import { describeVersion } from '@quorate/domain/version';
import type { GetMasterIpResponse__Output } from '@quorate/rpc/gen/quorate/node/v1/GetMasterIpResponse';
import { masterServices, nodeServices } from '@quorate/rpc/services';
import { openCluster, type GlobalOptions } from '../context.ts';
import { printResult, table } from '../output.ts';
import { pauseEnd } from '../pause-end.ts';
import { askRenewal, renewalLines, type RenewalReport } from '../renewal-report.ts';

/** What the master daemon adds: whether it serves, and what it is still pushing. */
interface MasterDaemonReport {
  readonly inOffice: boolean;
  /** Version of a change that is neither done nor failed yet. */
  readonly pending: string | null;
  readonly lagging: readonly string[];
  /** Secrets that removed hosts may know, and which hosts. */
  readonly exposed: readonly { readonly secret: string; readonly knownTo: readonly string[] }[];
}

/** What the master's node daemon says of the address. */
interface MasterIpReport extends MasterIpParameters {
  /** `up` as it must be, `wrong` on another device or with another mask, `down`, or `lowered` by command. */
  readonly state: 'up' | 'wrong' | 'down' | 'lowered' | 'unknown';
  /** Of its device; null if nobody could be asked. */
  readonly linkUp: boolean | null;
  /** Why it is not up; null if nothing is known to be wrong. */
  readonly problem: string | null;
}

export default async function status(options: GlobalOptions): Promise<number> {
  const { access, roster } = await openCluster(options);
  const ballots = await gatherVotes(access, roster);
  const report = statusReport(roster, ballots, access.clock.now().getTime() / 1000);
  const master = nodeByUuid(roster, report.master?.uuid ?? null);
  const [masterDaemon, masterIp, certificates] = await Promise.all([
    askMasterDaemon(access, roster, report),
    askMasterIp(access, roster, report),
    master ? askRenewal(access, master) : null,
  ]);
  const lines = linesOf(report, masterDaemon, masterIp, certificates);
  printResult(options, { ...report, masterDaemon, masterIp, certificates }, lines);
  return report.healthy ? 0 : 1;
}

async function askMasterIp(
  access: ClusterAccess,
  roster: Roster,
  { master }: StatusReport,
): Promise<MasterIpReport> {
  const node = nodeByUuid(roster, master?.uuid ?? null);
  const unknown = { ...roster.masterIp, state: 'unknown', linkUp: null, problem: null } as const;
  if (!node) return unknown;
  const method = nodeServices.masterIp.GetMasterIp;
  const options = { deadlineMs: timings.voteMs };
  return access.channels.call(nodeDaemonOf(node), method, {}, options).then(
    (seen) => ({
      ...roster.masterIp,
      ...{ state: masterIpState(seen), linkUp: seen.linkUp, problem: seen.problem || null },
    }),
    () => unknown,
  );
}

function masterIpState({
  masterIpHere,
  masterIpRight,
  lowered,
}: GetMasterIpResponse__Output): MasterIpReport['state'] {
  if (masterIpHere) return masterIpRight ? 'up' : 'wrong';
  return lowered ? 'lowered' : 'down';
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
    ({ inOffice, pending, laggingNodeUuids, exposed }) => ({
      inOffice,
      pending: pending && describeVersion(pending),
      lagging: laggingNodeUuids.map((uuid) => nodeByUuid(roster, uuid)?.name ?? uuid),
      exposed,
    }),
    () => null,
  );
}

function linesOf(
  report: StatusReport,
  masterDaemon: MasterDaemonReport | null,
  masterIp: MasterIpReport,
  certificates: RenewalReport | null,
): readonly string[] {
  const { cluster, master, epoch, version, electorate, needed, healthy, automaticFailover, nodes } = report;
  const serving = masterDaemon?.inOffice ? '' : ' (its master daemon is not in office)';
  return [
    `Cluster:       ${cluster.name} (${cluster.uuid})`,
    `Master:        ${master ? `${master.name}, epoch ${epoch}${serving}` : 'no majority names one'}`,
    `Master IP:     ${masterIpText(masterIp)}`,
    `Configuration: ${describeVersion(version)}`,
    `Majority:      ${healthy ? 'yes' : 'NO'}, ${needed} of ${electorate} needed`,
    `Failover:      ${failoverText(automaticFailover)}`,
    ...(masterDaemon?.pending
      ? [`Undecided:     ${masterDaemon.pending}, not yet acknowledged by ${masterDaemon.lagging.join(', ')}`]
      : []),
    ...(masterDaemon?.exposed ?? []).map(
      ({ secret, knownTo }) => `Exposed:       ${secret}, which ${knownTo.join(', ')} may still know`,
    ),
    ...renewalLines(certificates),
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

function masterIpText({ address, netmask, device, externalScript, ...seen }: MasterIpReport): string {
  const by = externalScript ? ', by the script of the site' : '';
  const link = seen.linkUp === false ? `, ${device} has no link` : '';
  const why = seen.problem === null ? '' : `: ${seen.problem}`;
  return `${address}/${netmask} on ${device}${by}, ${masterIpWords[seen.state]}${link}${why}`;
}

const masterIpWords = {
  up: 'up',
  wrong: 'NOT on its device with its mask',
  down: 'DOWN',
  lowered: 'lowered by command; quorate activate-master-ip raises it',
  unknown: 'not known: the master does not answer',
} as const;

function failoverText({ on, pause }: StatusReport['automaticFailover']): string {
  if (!on) return 'on command only';
  return pause ? `automatic, paused ${pauseEnd(pause)}` : 'automatic';
}

const remarkOn = ({ reason, pause }: NodeStatus): string =>
  [...(reason ? [reason] : []), ...(pause ? [`paused ${pauseEnd(pause)}`] : [])].join('; ');
