/**
 * Takes back an init or an import that was broken off: daemons stopped, what was put there deleted.
 *
 * Every step may be repeated, and what tells that there is something to take back goes last. It asks nobody but this
 * host. A cluster that others have joined is no broken-off init any more: that is destroyed, not aborted.
 *
 * No counterpart in Ganeti, whose failed init leaves a configuration that neither init nor destroy can cope with (spec D6).
 */
import { readFoundingRun } from '@quorate/cluster-state/founding-run';
import { isHalfRestored, restoreHost } from '@quorate/cluster-state/host-changes';
import { readRoster } from '@quorate/cluster-state/roster-store';
import type { State } from '@quorate/cluster-state/state';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import { timings } from '@quorate/domain/timings';

import { confirmGone } from './destroy.ts';
import { aloneOnHost, type FoundingParts } from './founding.ts';
import { stepRunner } from './steps.ts';

export const abortSteps = {
  'stop-master-daemon': 'Stopping the master daemon',
  'leave-office': 'Taking the master IP down',
  'stop-node-daemon': 'Stopping the node daemon',
  'restore-host': 'Taking back what was done',
  confirm: 'Confirming that nothing is left',
} as const;

export interface AbortParts extends Pick<FoundingParts, 'state' | 'daemons' | 'clock' | 'report'> {
  /** Has the node daemon, which runs, give the office up. */
  readonly leaveOffice: () => Promise<void>;
}

export interface Aborted {
  /** False if there was nothing to take back. */
  readonly wasUnderWay: boolean;
  readonly warnings: readonly string[];
}

/** Throws NODES_REMAIN or CLUSTER_EXISTS before anything was changed, POST_CONDITION_FAILED if something stays. */
export const abortFounding = (parts: AbortParts): Promise<Aborted> =>
  aloneOnHost(parts.state, async () => {
    const { state, daemons, clock, report } = parts;
    if (!(await isUnderWay(state))) return { wasUnderWay: false, warnings: [] };
    const steps = stepRunner(abortSteps, report, clock);
    await steps.required('stop-master-daemon', () => daemons.stop('masterd', timings.shutdownGraceMs));
    // If nobody does it, the kernel takes the address away at the end of the lease.
    await steps.tolerated('leave-office', async () => {
      if ((await daemons.state('noded')) === 'running') await parts.leaveOffice();
    });
    await steps.required('stop-node-daemon', () => daemons.stop('noded', timings.shutdownGraceMs));
    await steps.required('restore-host', () => restoreHost(state));
    await steps.required('confirm', () => confirmGone(parts));
    return { wasUnderWay: true, warnings: steps.warnings };
  });

async function isUnderWay(state: State): Promise<boolean> {
  const run = await readFoundingRun(state).catch(clusterErrorFrom);
  const roster = await readRoster(state).catch(clusterErrorFrom);
  if (roster instanceof ClusterError) return run !== undefined || isHalfRestored(state);
  if (!run)
    throw new ClusterError('CLUSTER_EXISTS', 'The cluster on this host is made; there is nothing to abort', {
      hint: 'quorate destroy takes a cluster apart',
    });
  if (roster.nodes.length <= 1) return true;
  throw new ClusterError('NODES_REMAIN', `Other nodes have joined ${roster.clusterName} already`, {
    hint: 'Take them out of the cluster first, then destroy it',
  });
}
