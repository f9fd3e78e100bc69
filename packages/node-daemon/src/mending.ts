/**
 * Mends what `verify` finds on this host and what nothing can be lost by: modes and owners of the cluster's files, and
 * what interrupted writes left. What is written in the files is sent by the master (PutConfiguration).
 */
import { keptEntries, removeOldTemporaries } from '@quorate/cluster-state/installed-files';
import { seenFromRoot } from '@quorate/cluster-state/layout';
import type { State } from '@quorate/cluster-state/state';
import { timings } from '@quorate/domain/timings';
import type { Clock } from '@quorate/platform/clock';
import type { Log } from '@quorate/platform/log';
import type { MendNodeResponse } from '@quorate/rpc/gen/quorate/node/v1/MendNodeResponse';
import type { HostLook } from './host-look.ts';

export type Mend = () => Promise<MendNodeResponse>;

export function mending(
  state: State,
  { clock, host, log }: { readonly clock: Clock; readonly host: HostLook; readonly log: Log },
): Mend {
  const { files, layout } = state;

  async function isWrong(path: string, wanted: number): Promise<boolean> {
    const facts = await files.stat(path);
    return facts !== undefined && (facts.mode !== wanted || facts.owner !== host.user());
  }

  return async () => {
    const changedPaths: string[] = [];
    for (const { path, mode } of keptEntries(layout)) {
      if (!(await isWrong(path, mode))) continue;
      await files.ensureMode(path, mode);
      changedPaths.push(seenFromRoot(layout, path));
    }
    const before = clock.now().getTime() - timings.temporaryMs;
    const removedNames = [...(await removeOldTemporaries(state, before))];
    log.info({ changedPaths, removedNames }, 'files mended');
    return { changedPaths, removedNames };
  };
}
