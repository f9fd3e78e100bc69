/**
 * `quorate deactivate-master-ip`: takes the master IP down on the master, which this must be. It stays down until
 * somebody activates it, or the next office begins. Asks first.
 */
import { ClusterError } from '@quorate/domain/errors';
import { timings } from '@quorate/domain/timings';
import { nodeServices } from '@quorate/rpc/services';
import { openCluster, type ClusterContext, type GlobalOptions } from '../context.ts';
import { assertHere, notHolder, ownNodeDaemon } from '../master-ip.ts';
import { printNote, printResult } from '../output.ts';
import { isYes } from '../confirmation.ts';

interface DeactivateOptions extends GlobalOptions {
  readonly yes?: boolean;
}

export default async function deactivateMasterIp(options: DeactivateOptions): Promise<number> {
  const cluster = await openCluster(options);
  await assertHolder(cluster);
  const { address } = cluster.roster.masterIp;
  if (!options.yes && !(await isConfirmed(address))) throw unconfirmed(address);
  const method = nodeServices.masterIp.DeactivateMasterIp;
  const deadline = { deadlineMs: timings.raiseAddressMs };
  const { masterIpHere } = await cluster.access.channels.call(ownNodeDaemon(cluster), method, {}, deadline);
  assertHere(masterIpHere, false);
  printResult(options, { masterIp: { address, here: false } }, []);
  return 0;
}

async function assertHolder(cluster: ClusterContext): Promise<void> {
  const method = nodeServices.masterIp.GetMasterIp;
  const deadline = { deadlineMs: timings.voteMs };
  const { officeHeld } = await cluster.access.channels.call(ownNodeDaemon(cluster), method, {}, deadline);
  if (!officeHeld) throw notHolder(cluster);
}

function isConfirmed(address: string): Promise<boolean> {
  printNote(
    `Whatever uses ${address} loses its connection; the nodes can still be reached by their own names.`,
  );
  return isYes(`Take ${address} down?`);
}

const unconfirmed = (address: string): ClusterError =>
  new ClusterError('CONFIRMATION_NEEDED', `Taking ${address} down was not confirmed; nothing was changed`, {
    hint: 'Answer yes, or add --yes',
  });
