/** `quorate destroy`: takes the cluster apart on its last node. */
import { destroyCluster, finishDestroy } from '@quorate/bootstrap/destroy';
import { ownProgramsRemoval } from '@quorate/cluster-state/brought-programs';
import { isHalfRestored } from '@quorate/cluster-state/host-changes';
import { ClusterError } from '@quorate/domain/errors';
import { systemClock } from '@quorate/platform/clock';
import { openCluster, openHost, type GlobalOptions } from '../context.ts';
import { liveSteps, stepRecorder } from '../live-steps.ts';
import { printNote, printResult } from '../output.ts';

interface DestroyOptions extends GlobalOptions {
  readonly yesDoIt?: boolean;
  readonly yaRly?: boolean;
}

export default async function destroy(options: DestroyOptions): Promise<number> {
  if (!options.yesDoIt && !options.yaRly) throw unconfirmed();
  const { state, daemons } = await openHost(options);
  const removePrograms = ownProgramsRemoval(state, { fromDaemon: false });
  const { report, steps } = stepRecorder(liveSteps(options.json === true));
  if (await isHalfRestored(state)) {
    const warnings = await finishDestroy({ state, daemons, report, clock: systemClock });
    await removePrograms();
    return tell(options, { warnings, steps }, 'What was left here of a cluster is gone');
  }
  const cluster = await openCluster(options);
  const warnings = await destroyCluster({ ...cluster, daemons, report });
  // The node daemon did it, unless it was killed.
  await removePrograms();
  return tell(options, { warnings, steps }, `Cluster ${cluster.roster.clusterName} is gone`);
}

function tell(
  options: DestroyOptions,
  value: { readonly warnings: readonly string[]; readonly steps: readonly object[] },
  line: string,
): number {
  for (const warning of value.warnings) printNote(`Warning: ${warning}`);
  printResult(options, value, [line]);
  return 0;
}

const unconfirmed = (): ClusterError =>
  new ClusterError('CONFIRMATION_NEEDED', 'This deletes the cluster, its configuration and its keys', {
    hint: 'Add --yes-do-it if that is what you want',
  });
