/**
 * Keeps this host as the roster wants it: after each configuration that came, and when the daemon starts.
 *
 * Apart from the voter: a hosts file that cannot be written is no reason to refuse a configuration. What failed is in
 * the log, and tried again soon, or with the next one.
 */
import { ensureHostSetup } from '@quorate/cluster-state/host-setup';
import { readRoster } from '@quorate/cluster-state/roster-store';
import type { State } from '@quorate/cluster-state/state';
import type { NodeUuid } from '@quorate/domain/roster';
import { inTurn } from '@quorate/platform/in-turn';
import { timings } from '@quorate/domain/timings';
import type { Clock } from '@quorate/platform/clock';
import type { Log } from '@quorate/platform/log';

export interface HostKeeper {
  /** By the roster that is on disk when it comes to it. Resolves when that is done, or was logged as failed. */
  follow(): Promise<void>;
  /** Resolves when all is done, or was logged as failed, that was asked for until now. */
  settled(): Promise<void>;
  /** Nothing is changed any more once it resolves. */
  end(): Promise<void>;
}

export function createHostKeeper(
  state: State,
  own: NodeUuid,
  { log, clock }: { readonly log: Log; readonly clock: Clock },
): HostKeeper {
  const oneAtATime = inTurn();
  let ended = false;
  const ending = new AbortController();
  let again: Promise<void> | undefined;

  async function ensure(): Promise<void> {
    if (ended) return;
    try {
      await ensureHostSetup(state, await readRoster(state), own);
    } catch (error) {
      log.error({ error: String(error) }, "the hosts file or root's authorized_keys is not as it must be");
      again ??= later();
    }
  }

  const later = (): Promise<void> =>
    clock.sleep(timings.hostSetupRetryMs, ending.signal).then(
      () => {
        again = undefined;
        return oneAtATime(ensure);
      },
      () => undefined,
    );

  return {
    follow: () => oneAtATime(ensure),
    settled: () => oneAtATime(() => Promise.resolve()),
    end() {
      ended = true;
      ending.abort();
      return oneAtATime(() => Promise.resolve());
    },
  };
}
