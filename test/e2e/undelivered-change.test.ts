/**
 * A change that no majority could acknowledge is neither done nor failed: it is pushed on while its master
 * serves, and gives way when another master came without having seen it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../loopback/host-plan.ts';
import { awaitMaster } from '../loopback/story.ts';
import { changePoolSize, makeCluster, poolSizeOn } from './clusters.ts';
import type { TestCluster } from './clusters.ts';

let made: TestCluster;
beforeAll(async () => {
  made = await makeCluster(3);
});
afterAll(() => made?.end());

async function loseOthers(others: readonly Host[]): Promise<void> {
  for (const host of others) await made.cluster.kill(host);
}

async function bringBack(others: readonly Host[]): Promise<void> {
  for (const host of others) await made.cluster.startDaemons(host);
}

describe.sequential('a change while the master is alone', () => {
  it('is reported as undecided', async () => {
    const { first, second, third } = made.world;
    await loseOthers([second, third]);
    const { code, stderr } = await changePoolSize(made, first, 7);
    expect(code).toBe(1);
    expect(stderr).toContain('COMMIT_UNDECIDED');
  });

  it('is committed when the others return', async () => {
    const { first, second, third } = made.world;
    await bringBack([second, third]);
    expect(await awaitMaster(made.world, first, made.hosts, 40_000)).toContain('is master');
    expect(made.hosts.map(poolSizeOn)).toEqual([7, 7, 7]);
  });

  it('gives way to a master that never saw it', async () => {
    const { first, second, third } = made.world;
    await loseOthers([second, third]);
    expect((await changePoolSize(made, first, 8)).stderr).toContain('COMMIT_UNDECIDED');
    await made.cluster.kill(first);
    await bringBack([second, third]);
    await made.cluster.mustQuorate(second, ['failover']);
    await made.cluster.startDaemons(first);
    expect(await awaitMaster(made.world, second, made.hosts, 40_000)).toContain('is master');
    expect(made.hosts.map(poolSizeOn)).toEqual([7, 7, 7]);
  });
});
