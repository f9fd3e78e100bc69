/** `quorate destroy`: takes the cluster apart on its last node. */
import { destroyCluster } from '@quorate/bootstrap/destroy';
import { ClusterError } from '@quorate/domain/errors';
import { openCluster, openHost, type GlobalOptions } from '../context.ts';
import { liveSteps, stepRecorder } from '../live-steps.ts';
import { printNote, printResult } from '../output.ts';

interface DestroyOptions extends GlobalOptions {
  readonly yesDoIt?: boolean;
  readonly yaRly?: boolean;
}

export default async function destroy(options: DestroyOptions): Promise<number> {
  if (!options.yesDoIt && !options.yaRly) throw unconfirmed();
  const { daemons } = await openHost(options);
  const cluster = await openCluster(options);
  const { report, steps } = stepRecorder(liveSteps(options.json === true));
  const warnings = await destroyCluster({ ...cluster, daemons, report });
  for (const warning of warnings) printNote(`Warning: ${warning}`);
  printResult(options, { warnings, steps }, [`Cluster ${cluster.roster.clusterName} is gone`]);
  return 0;
}

const unconfirmed = (): ClusterError =>
  new ClusterError('CONFIRMATION_NEEDED', 'This deletes the cluster, its configuration and its keys', {
    hint: 'Add --yes-do-it if that is what you want',
  });
