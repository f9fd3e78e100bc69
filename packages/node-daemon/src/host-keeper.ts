/**
 * Keeps this host as the roster wants it: after each configuration that came, and when the daemon starts.
 *
 * Apart from the voter: a hosts file that cannot be written is no reason to refuse a configuration. What failed is in
 * the log, and tried again with the next one.
 */
import { ensureHostSetup } from '@quorate/cluster-state/host-setup';
import { readRoster } from '@quorate/cluster-state/roster-store';
import type { State } from '@quorate/cluster-state/state';
import type { NodeUuid } from '@quorate/domain/roster';
import { inTurn } from '@quorate/platform/in-turn';
import type { Log } from '@quorate/platform/log';

export interface HostKeeper {
  /** By the roster that is on disk when it comes to it. Resolves when that is done, or was logged as failed. */
  follow(): Promise<void>;
  /** Nothing is changed any more once it resolves. */
  end(): Promise<void>;
}

export function createHostKeeper(state: State, own: NodeUuid, log: Log): HostKeeper {
  const oneAtATime = inTurn();
  let ended = false;

  async function ensure(): Promise<void> {
    if (ended) return;
    try {
      await ensureHostSetup(state, await readRoster(state), own);
    } catch (error) {
      log.error({ error: String(error) }, "the hosts file or root's authorized_keys is not as it must be");
    }
  }

  return {
    follow: () => oneAtATime(ensure),
    end() {
      ended = true;
      return oneAtATime(() => Promise.resolve());
    },
  };
}
