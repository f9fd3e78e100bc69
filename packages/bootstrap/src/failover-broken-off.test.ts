/**
 * A failover whose program ends after any one of its calls: nothing may be left that serves twice, and the command
 * run again, on the same node or on another candidate, ends in the same place.
 */
import type { ClusterError } from '@quorate/domain/errors';
import { leaseBounds } from '@quorate/domain/lease';
import { describe, expect, it } from 'vitest';
import { settled, type FakeCluster } from './testing/fake-cluster.ts';
import {
  inTime,
  mastersOf,
  onlyMaster,
  opinionsOf,
  ruledCluster,
  runFailover,
  withoutMaster,
} from './testing/run-failover.ts';

/** How many calls an undisturbed failover makes; after each of them its program may end. */
async function callsOf(cluster: FakeCluster): Promise<number[]> {
  await runFailover(cluster, 2).outcome;
  await settled(cluster);
  const calls = cluster.events.filter(
    (event) => /^\d \w+$/.test(event) && !/serves|Nominate|Renew/.test(event),
  );
  return Array.from(calls, (_, index) => index);
}

/** Dies after so many calls, and what ends with the process has ended. */
async function breakOff(cluster: FakeCluster, diesAfter: number): Promise<void> {
  runFailover(cluster, 2, { diesAfter });
  await settled(cluster);
  cluster.node(2).masterDaemonInOffice = false;
}

const nothing = (): void => undefined;

/**
 * The command once more. Where a majority names this node already, it says so: its restarted master daemon is elected
 * anew by itself (master-daemon's standby).
 */
async function runAgain(cluster: FakeCluster, number: number, look = nothing): Promise<void> {
  const error = await inTime(cluster, failureIn(runFailover(cluster, number).outcome), look);
  if (error?.reason === 'ALREADY_MASTER') {
    await inTime(cluster, runFailover(cluster, number, { anewAbove: highestEpoch(cluster) }).outcome, look);
  } else if (error) throw error;
  await settled(cluster);
}

const failureIn = (outcome: Promise<unknown>): Promise<ClusterError | undefined> =>
  outcome.then(
    () => undefined,
    (caught: ClusterError) => caught,
  );

const highestEpoch = ({ node, roster }: FakeCluster): number =>
  Math.max(...roster.nodes.map((_, index) => node(index + 1).voter.epoch));

const neverTwo = (cluster: FakeCluster) => (): void => {
  expect(mastersOf(cluster).serving.length).toBeLessThanOrEqual(1);
  expect(mastersOf(cluster).address.length).toBeLessThanOrEqual(1);
};

describe('a failover that was broken off', async () => {
  const planned = await callsOf(await ruledCluster(3));
  const afterLoss = await callsOf(withoutMaster(3));
  const ofFive = await callsOf(await ruledCluster(5));

  it('BEH-076 never leaves two who serve, nor two with the address', async () => {
    for (const count of planned) {
      const cluster = await ruledCluster(3);
      await breakOff(cluster, count);
      for (let ms = 0; ms < 3 * leaseBounds.usualMs; ms += 100) {
        expect(neverTwo(cluster)).not.toThrow();
        await cluster.clock.advance(100);
      }
    }
  });

  it.each(planned)('BEH-076 after call %i ends in the same place when it is run again', async (count) => {
    const cluster = await ruledCluster(3);
    await breakOff(cluster, count);
    await runAgain(cluster, 2);
    expect(mastersOf(cluster)).toEqual(onlyMaster(2));
    expect(new Set(opinionsOf(cluster)).size).toBe(1);
  });

  it.each(planned)(
    'BEH-076 after call %i, cut off from the old master that handed over: run again it waits for the address',
    async (count) => {
      const cluster = await ruledCluster(3);
      cluster.on(1, 'HandOver', async (answer) => {
        const handed = await answer();
        cluster.cut(1, 2);
        return handed;
      });
      await breakOff(cluster, count);
      const error = await failureIn(runAgain(cluster, 2, neverTwo(cluster)));
      // Before a majority granted it, the old master takes its word back and rules on.
      expect(error?.reason ?? 'LEASE_LIVE').toBe('LEASE_LIVE');
      expect(mastersOf(cluster)).toEqual(onlyMaster(error ? 1 : 2));
    },
  );

  it.each(afterLoss)('BEH-076 after call %i, the old master dead: the same', async (count) => {
    const cluster = withoutMaster(3);
    await breakOff(cluster, count);
    await runAgain(cluster, 2);
    expect(mastersOf(cluster)).toEqual(onlyMaster(2));
    expect(new Set(opinionsOf(cluster).slice(1)).size).toBe(1);
  });

  it.each(planned)(
    'BEH-077 after call %i is overtaken by another candidate, in a higher epoch',
    async (count) => {
      const cluster = await ruledCluster(3);
      await breakOff(cluster, count);
      const highest = highestEpoch(cluster);
      await cluster.clock.advance(leaseBounds.usualMs);
      await runAgain(cluster, 3);
      expect(mastersOf(cluster)).toEqual(onlyMaster(3));
      expect(opinionsOf(cluster)).toEqual(Array(3).fill(`3@${highest + 1}`));
    },
  );

  it.each(ofFive)('BEH-077 after call %i, its host dead too, is overtaken all the same', async (count) => {
    const cluster = await ruledCluster(5);
    await breakOff(cluster, count);
    cluster.crash(2);
    await cluster.clock.advance(leaseBounds.usualMs);
    await runAgain(cluster, 3);
    expect(mastersOf(cluster)).toEqual(onlyMaster(3));
  });
});
