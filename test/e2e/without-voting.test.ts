/** The last resort, `failover --no-voting`: what it refuses, and that what it leaves can stand and restart alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awaitMaster } from '../loopback/story.ts';
import { nodeIn } from '../loopback/status.ts';
import { makeCluster } from './clusters.ts';
import type { TestCluster } from './clusters.ts';

let made: TestCluster;
beforeAll(async () => {
  made = await makeCluster(3);
});
afterAll(() => made?.end());

describe.sequential('failover without voting', () => {
  it('BEH-048 wants to be confirmed', async () => {
    const { code, stderr } = await made.cluster.quorate(made.world.third, ['failover', '--no-voting']);
    expect(code).toBe(1);
    expect(stderr).toContain('CONFIRMATION_NEEDED');
  });

  it('is refused while the master answers', async () => {
    const { third, first } = made.world;
    const { code, stderr } = await made.cluster.quorate(third, ['failover', '--no-voting', '--yes-do-it']);
    expect(code).toBe(1);
    expect(stderr).toContain('MASTER_STILL_SERVING');
    expect((await made.cluster.status(third)).master?.name).toBe(first.name);
  });

  it('leaves a majority of what remains, the silent nodes being marked offline', async () => {
    const { first, second, third } = made.world;
    await made.cluster.kill(first);
    await made.cluster.kill(second);
    await made.cluster.mustQuorate(third, ['failover', '--no-voting', '--yes-do-it']);
    expect(await awaitMaster(made.world, third, [third])).toContain('is master');
    const status = await made.cluster.status(third);
    expect([first, second].map((host) => nodeIn(status, host.name).role)).toEqual(['offline', 'offline']);
  });

  it('BEH-041 needs no second word after a restart', async () => {
    const { third } = made.world;
    await made.cluster.kill(third);
    await made.cluster.startDaemons(third);
    expect(await awaitMaster(made.world, third, [third], 30_000)).toContain('is master');
  });
});
