/** What `init` and `import` are given to work with on this host. */
import { awaitMasterDaemon, awaitNodeDaemon } from '@quorate/bootstrap/await-daemon';
import { nodeOf } from '@quorate/bootstrap/cluster-access';
import type { FoundingParts } from '@quorate/bootstrap/founding';
import type { AbortParts } from '@quorate/bootstrap/founding-abort';
import { leaveOffice } from '@quorate/bootstrap/office';
import { askVote } from '@quorate/bootstrap/votes';
import { systemClock } from '@quorate/platform/clock';
import { openCluster, openHost, type GlobalOptions } from './context.ts';
import { liveSteps, stepRecorder } from './live-steps.ts';

export async function foundingParts(
  flags: GlobalOptions,
): Promise<{ parts: FoundingParts & AbortParts } & Pick<ReturnType<typeof stepRecorder>, 'steps'>> {
  const { state, settings, daemons } = await openHost(flags);
  const { report, steps } = stepRecorder(liveSteps(flags.json === true));
  const parts: FoundingParts & AbortParts = {
    ...{ state, settings, daemons, report, clock: systemClock },
    awaitNodeDaemon: async () => {
      const { access, roster } = await openCluster(flags);
      await awaitNodeDaemon(access, nodeOf(roster, access.own));
    },
    awaitMasterDaemon: async () => {
      const { access, master } = await openCluster(flags);
      await awaitMasterDaemon(access, master);
    },
    leaveOffice: async () => {
      const { access, roster } = await openCluster(flags);
      const own = nodeOf(roster, access.own);
      const { master } = await askVote(access, own);
      if (master) await leaveOffice(access, own, master.epoch);
    },
  };
  return { parts, steps };
}
