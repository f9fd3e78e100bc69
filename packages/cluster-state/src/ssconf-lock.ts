/**
 * One writer of a node's views at a time. The daemon, an init and a repair could meet; the set of ssconf files
 * is not atomic, so interleaved writers would leave a mixed one.
 *
 * Counterpart in Ganeti: the lock on LOCK/ganeti-ssconf.lock.
 */
import { ClusterError } from '@quorate/domain/errors';
import { systemClock, type Clock } from '@quorate/platform/clock';
import { acquireLock } from '@quorate/platform/lock';
import { awaitUntil } from '@quorate/platform/wait';
import type { State } from './state.ts';

export interface Held {
  release(): Promise<void>;
}

export interface Locking {
  /** Resolves to undefined if somebody else holds it. */
  acquire(state: State): Promise<Held | undefined>;
  readonly clock: Clock;
}

/** Ganeti's limit (BEH-276). A publication takes milliseconds; one that takes longer hangs on its disk. */
const lockWaitMs = 10_000;

export const machineLocking: Locking = {
  acquire: ({ layout }) => acquireLock('ssconf', layout.dataDirectory.path),
  clock: systemClock,
};

/** Does the work while nobody else publishes on this node. Throws STATE_LOCKED after 10 s. */
export async function withSsconfLock<T>(state: State, locking: Locking, work: () => Promise<T>): Promise<T> {
  const held = (await locking.acquire(state)) ?? (await awaitLock(state, locking));
  try {
    return await work();
  } finally {
    await held.release();
  }
}

async function awaitLock(state: State, { acquire, clock }: Locking): Promise<Held> {
  const wait = { what: 'the lock on the ssconf files', limitMs: lockWaitMs, firstMs: 10, maxMs: 200, clock };
  const got: Held[] = [];
  let isOver = false;
  const probe = async () => {
    const held = await acquire(state);
    // An attempt that outlived the limit must not keep what nobody will release.
    if (isOver) await held?.release();
    else if (held) got.push(held);
    return held !== undefined;
  };
  const why = await awaitUntil(probe, wait).catch((caught: unknown) => caught);
  isOver = true;
  const [held] = got;
  if (held) return held;
  throw new ClusterError(
    'STATE_LOCKED',
    `Another program keeps the ssconf files locked for over ${lockWaitMs / 1000} s`,
    {
      hint: 'Look for a hung quorate program on this node',
      cause: why,
    },
  );
}
