/** `quorate token revoke`: nobody joins by that token any more; on the master. */
import { timings } from '@quorate/domain/timings';
import { userOfThisProcess } from '@quorate/platform/processes';
import { masterServices } from '@quorate/rpc/services';
import { openCluster, type GlobalOptions } from '../context.ts';
import { printNote, printResult } from '../output.ts';

export default async function tokenRevoke(options: GlobalOptions, id: string): Promise<number> {
  const { access, master } = await openCluster(options);
  const request = { id, operator: userOfThisProcess() };
  const { claimedBy, hadClusterKey } = await access.channels.call(
    master,
    masterServices.tokens.RevokeToken,
    request,
    { deadlineMs: timings.commitMs + timings.voteMs },
  );
  printResult(options, { id, claimedBy: claimedBy || null, hadClusterKey }, [`Token ${id} is revoked`]);
  if (claimedBy && !options.json)
    printNote(
      `Warning: ${claimedBy} had shown it and may keep ` +
        (hadClusterKey ? "the cluster's key; renew the cluster certificate" : 'secrets that all nodes share'),
    );
  return 0;
}
