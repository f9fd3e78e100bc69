/** `quorate activate-master-ip`: raises the master IP on the master, which this must be, and announces it. */
import { timings } from '@quorate/domain/timings';
import { nodeServices } from '@quorate/rpc/services';
import { openCluster, type GlobalOptions } from '../context.ts';
import { assertHere, ownNodeDaemon } from '../master-ip.ts';
import { printResult } from '../output.ts';

export default async function activateMasterIp(options: GlobalOptions): Promise<number> {
  const cluster = await openCluster(options);
  const method = nodeServices.masterIp.ActivateMasterIp;
  const deadline = { deadlineMs: timings.raiseAddressMs };
  const { masterIpHere } = await cluster.access.channels.call(ownNodeDaemon(cluster), method, {}, deadline);
  assertHere(masterIpHere, true);
  printResult(options, { masterIp: { address: cluster.roster.masterIp.address, here: true } }, []);
  return 0;
}
