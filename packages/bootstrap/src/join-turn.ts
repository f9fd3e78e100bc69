/**
 * One join at a time on this master, from its enrolment to its commit: by turns within a command, by a lock between
 * commands. Who comes before decides whether a host is a candidate, and so whether it is given the cluster key.
 */
import type { Layout } from '@quorate/cluster-state/layout';
import { timings } from '@quorate/domain/timings';
import type { Clock } from '@quorate/platform/clock';
import { inTurn } from '@quorate/platform/in-turn';
import { acquireLock, type Lock } from '@quorate/platform/lock';
import { awaitUntil } from '@quorate/platform/wait';

export type JoinTurn = <R>(work: () => Promise<R>) => Promise<R>;

/** Fails with TIMED_OUT if another command does not come to an end; its hosts may take their time too. */
export function joinTurn({ root }: Pick<Layout, 'root'>, clock: Clock): JoinTurn {
  const turn = inTurn();
  return (work) =>
    turn(async () => {
      const lock = await awaitLock(`node-add ${root}`, clock);
      try {
        return await work();
      } finally {
        await lock?.release();
      }
    });
}

async function awaitLock(name: string, clock: Clock): Promise<Lock | undefined> {
  let lock: Lock | undefined;
  await awaitUntil(async () => (lock = await acquireLock(name)) !== undefined, {
    what: 'another node add on this host to end its turn',
    limitMs: timings.joinTurnMs,
    firstMs: timings.probeFirstMs,
    maxMs: timings.probeMaxMs,
    clock,
  });
  return lock;
}
