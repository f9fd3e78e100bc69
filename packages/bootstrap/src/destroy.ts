/**
 * Takes the cluster apart on its last node: no master any more, address down, daemons stopped, files gone.
 *
 * Every step may be repeated, so a destroy that broke off is finished by a second one; success is that nothing
 * of the cluster is left on the disk, and the host is what it was before. The node daemon takes everything back while
 * it ends, so that it is done even if nobody waits for it; what it could not do is done here.
 *
 * Counterpart in Ganeti: gnt-cluster destroy and lib/bootstrap.py, FinalizeClusterDestroy, which report success
 * whatever is left.
 */
import { type DirectoryChange, readHostChanges } from '@quorate/cluster-state/host-change-record';
import { restoreHost } from '@quorate/cluster-state/host-changes';
import { takeBackDirectories } from '@quorate/cluster-state/host-directories';
import { findLeftovers } from '@quorate/cluster-state/installed-files';
import type { State } from '@quorate/cluster-state/state';
import { ClusterError } from '@quorate/domain/errors';
import type { Roster, RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { Clock } from '@quorate/platform/clock';
import type { DaemonControl } from '@quorate/platform/daemon-control';
import { awaitUntil } from '@quorate/platform/wait';
import type { Peer } from '@quorate/rpc/channels';
import { masterServices, nodeServices } from '@quorate/rpc/services';
import { awaitNodeDaemon } from './await-daemon.ts';
import { nodeDaemonOf, nodeOf, type ClusterAccess } from './cluster-access.ts';
import { stepRunner, type ReportStep } from './steps.ts';
import { askVote } from './votes.ts';

export const destroySteps = {
  'retire-master': 'Recording that the cluster has no master',
  'lower-master-ip': 'Taking the master IP down',
  'stop-master-daemon': 'Stopping the master daemon',
  'leave-cluster': 'Ending the membership of this node',
  'restore-host': 'Taking back what was changed on this host',
  confirm: 'Confirming that nothing is left',
} as const;

/** What is needed on a host of which only the record of changes is left. */
export interface RestoreParts {
  readonly state: State;
  readonly daemons: DaemonControl;
  readonly report: ReportStep;
}

export interface DestroyParts extends RestoreParts {
  readonly access: ClusterAccess;
  readonly roster: Roster;
  /** The master daemon of this host. */
  readonly master: Peer;
}

/** Resolves to warnings. Throws NODES_REMAIN or NOT_MASTER before anything was changed, POST_CONDITION_FAILED after. */
export async function destroyCluster(parts: DestroyParts): Promise<readonly string[]> {
  const { access, daemons, roster } = parts;
  const own = nodeOf(roster, access.own);
  const steps = stepRunner(destroySteps, parts.report, access.clock);
  // The record goes while the node daemon ends; its run directory stays until that has ended.
  const directories = (await readHostChanges(parts.state))?.directories ?? [];
  await daemons.start('noded');
  await awaitNodeDaemon(access, own);
  await steps.required('retire-master', () => retireMaster(parts, own));
  await steps.tolerated('lower-master-ip', () => lowerMasterIp(access, own));
  await steps.tolerated('stop-master-daemon', () => daemons.stop('masterd', timings.shutdownGraceMs));
  await steps.tolerated('leave-cluster', () => leaveCluster(parts, own));
  await steps.tolerated('restore-host', () => restore(parts, directories));
  await steps.required('confirm', () => confirmGone(parts));
  return steps.warnings;
}

/** Finishes a destroy that was killed when this node knew its cluster no more (`isHalfRestored`). Resolves to warnings. */
export async function finishDestroy(
  parts: RestoreParts & { readonly clock: Clock },
): Promise<readonly string[]> {
  const steps = stepRunner(destroySteps, parts.report, parts.clock);
  const directories = (await readHostChanges(parts.state))?.directories ?? [];
  for (const name of ['masterd', 'noded'])
    if ((await parts.daemons.state(name)) !== 'stopped')
      await parts.daemons.stop(name, timings.shutdownGraceMs);
  await steps.required('restore-host', () => restore(parts, directories));
  await steps.required('confirm', () => confirmGone(parts));
  return steps.warnings;
}

/** Not under a daemon that lives: it would go on with half of its files. */
async function restore(
  { state, daemons }: RestoreParts,
  directories: readonly DirectoryChange[],
): Promise<void> {
  if ((await daemons.state('noded')) !== 'stopped')
    throw new ClusterError('POST_CONDITION_FAILED', 'The node daemon has not ended');
  await restoreHost(state);
  await state.files.remove(state.layout.nodedPid.path);
  if ((await daemons.state('masterd')) === 'stopped') await state.files.remove(state.layout.masterdPid.path);
  await takeBackDirectories(state, directories);
}

/** Done already if this node's vote names nobody. */
async function retireMaster({ access, master }: DestroyParts, own: RosterNode): Promise<void> {
  if ((await askVote(access, own)).master === null) return;
  const method = masterServices.parameters.RetireMaster;
  await access.channels.call(master, method, {}, { deadlineMs: timings.commitMs + timings.voteMs });
}

async function lowerMasterIp(access: ClusterAccess, own: RosterNode): Promise<void> {
  const method = nodeServices.masterIp.DeactivateMasterIp;
  const { masterIpHere } = await access.channels.call(
    nodeDaemonOf(own),
    method,
    {},
    { deadlineMs: timings.officeMs },
  );
  if (masterIpHere)
    throw new ClusterError('POST_CONDITION_FAILED', `The master IP is still up on ${own.name}`);
}

async function leaveCluster({ access, roster, daemons }: DestroyParts, own: RosterNode): Promise<void> {
  const method = nodeServices.membership.LeaveCluster;
  const request = { clusterUuid: roster.clusterUuid };
  await access.channels.call(nodeDaemonOf(own), method, request, { deadlineMs: timings.voteMs });
  await awaitUntil(async () => (await daemons.state('noded')) === 'stopped', {
    what: 'the node daemon to end',
    limitMs: timings.startMs,
    firstMs: timings.probeFirstMs,
    maxMs: timings.probeMaxMs,
    clock: access.clock,
  });
  await daemons.stop('noded', timings.shutdownGraceMs);
}

/** Fails with POST_CONDITION_FAILED if anything is left in the data directory. */
export async function confirmGone({ state }: Pick<RestoreParts, 'state'>): Promise<void> {
  const left = await findLeftovers(state);
  if (left.length === 0) return;
  throw new ClusterError('POST_CONDITION_FAILED', `Still on the disk: ${left.join(', ')}`, {
    hint: 'Run the same command again; what the cluster did not put there is yours to move away',
  });
}
