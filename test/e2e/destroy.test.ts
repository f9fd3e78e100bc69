/** Taking a cluster apart: only on request, only when nothing else is left, and then thoroughly. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awaitMaster } from '../loopback/story.ts';
import { makeCluster } from './clusters.ts';
import type { TestCluster } from './clusters.ts';

describe('destroy with another node left', () => {
  let made: TestCluster;
  beforeAll(async () => {
    made = await makeCluster(2);
  });
  afterAll(() => made?.end());

  it('wants to be confirmed', async () => {
    const { code, stderr } = await made.cluster.quorate(made.world.first, ['destroy']);
    expect(code).toBe(1);
    expect(stderr).toContain('CONFIRMATION_NEEDED');
  });

  it('BEH-300 is refused and changes nothing', async () => {
    const { first } = made.world;
    const { code, stderr } = await made.cluster.quorate(first, ['destroy', '--yes-do-it']);
    expect(code).toBe(1);
    expect(stderr).toContain('NODES_REMAIN');
    expect(await awaitMaster(made.world, first, made.hosts)).toContain('is master');
  });
});

describe.sequential('destroy on the last node', () => {
  let made: TestCluster;
  beforeAll(async () => {
    made = await makeCluster(1);
  });
  afterAll(() => made?.end());

  it('leaves a host that belongs to no cluster', async () => {
    const { first } = made.world;
    await made.cluster.mustQuorate(first, ['destroy', '--yes-do-it']);
    expect((await made.cluster.quorate(first, ['master'])).code).toBe(2);
  });

  it('BEH-302 leaves nothing that would keep a new cluster from being made', async () => {
    const { first } = made.world;
    await made.cluster.init(first);
    expect(await awaitMaster(made.world, first, [first])).toContain('is master');
  });
});
