import { timings } from '@quorate/domain/timings';
import { uuidOf } from '@quorate/domain/testing/drafts';
import { describe, expect, it } from 'vitest';
import { requestGrants } from './grants.ts';
import { leaseLeftMs } from '@quorate/domain/lease';
import { failureOf } from './testing/failure-of.ts';
import { fakeCluster, laterRecord, settled, type FakeCluster } from './testing/fake-cluster.ts';

/** Node 2 asks for epoch 2 unless told. */
const ask = (cluster: FakeCluster, { by = 2, epoch = 2 } = {}) =>
  requestGrants(cluster.access(by), cluster.roster, epoch, cluster.record.version, 0);

const granted = (cluster: FakeCluster, number: number, to: number) => {
  const { voter } = cluster.node(number);
  cluster.node(number).voter = { ...voter, epoch: 2, grantedTo: uuidOf('node', to) };
};

describe('asking for grants', () => {
  it('ends at a majority, without waiting for who hangs', async () => {
    const cluster = fakeCluster(5);
    cluster.hang(4, 5);
    await ask(cluster);
    await settled(cluster);
    expect(cluster.clock.sleepers()).toBe(0);
    for (const number of [1, 2, 3])
      expect(cluster.node(number).voter).toMatchObject({ epoch: 2, grantedTo: uuidOf('node', 2) });
  });

  it('ends when a majority is impossible, without waiting for who hangs', async () => {
    const cluster = fakeCluster(5);
    for (const number of [1, 3, 4]) granted(cluster, number, 3);
    cluster.hang(5);
    expect(await failureOf(ask(cluster))).toMatchObject({ reason: 'GRANT_REFUSED' });
    await settled(cluster);
    expect(cluster.clock.sleepers()).toBe(0);
  });

  it('tells who refused, who did not answer, and why, and not who granted', async () => {
    const cluster = fakeCluster(4);
    granted(cluster, 3, 3);
    cluster.isolate(4);
    const { message, hint } = await failureOf(ask(cluster));
    expect(message).toContain('3 of 4 nodes must grant epoch 2, 2 did');
    expect(message).toContain(`node3.lab.test: Epoch 2 is granted to another node, ${uuidOf('node', 3)}`);
    expect(message).toContain('node4.lab.test: node4.lab.test refused the connection');
    expect(message).not.toMatch(/node[12]\.lab\.test/);
    expect(hint).toContain('quorate status');
  });

  it('BEH-056 shows the higher epoch that a voter has granted already', async () => {
    const cluster = fakeCluster(3);
    for (const number of [1, 3]) cluster.node(number).voter = { ...cluster.node(number).voter, epoch: 7 };
    const error = await failureOf(ask(cluster));
    expect(error.message).toContain('the highest known is 7');
    expect(error.facts).toMatchObject({ epoch: '7' });
  });

  it('BEH-055 is refused to a candidate whose configuration a majority knows to be old', async () => {
    const cluster = fakeCluster(3);
    const later = laterRecord(cluster.record);
    for (const number of [1, 3])
      cluster.node(number).voter = { ...cluster.node(number).voter, version: later.version };
    const { message } = await failureOf(ask(cluster));
    expect(message).toContain('newer configuration');
    expect(cluster.node(1).voter.epoch, 'and no epoch is spent on it').toBe(1);
  });

  it('is given once per epoch, however many ask, and again to the same one', async () => {
    const cluster = fakeCluster(3);
    const outcomes = await Promise.allSettled([ask(cluster, { by: 2 }), ask(cluster, { by: 3 })]);
    expect(outcomes.map((o) => o.status).sort()).toEqual(['fulfilled', 'rejected']);
    const winner = outcomes[0]?.status === 'fulfilled' ? 2 : 3;
    await expect(ask(cluster, { by: winner })).resolves.toBeUndefined();
  });

  it('a grant is a lease: it binds who gave it, and keeps others from being granted', async () => {
    const cluster = fakeCluster(3);
    await requestGrants(cluster.access(2), cluster.roster, 2, cluster.record.version, 3_000);
    await settled(cluster);
    const left = [1, 2, 3].map((k) => leaseLeftMs(cluster.node(k).leases, cluster.clock.now().getTime()));
    expect(left).toEqual([3_000, 3_000, 3_000]);
    const { message } = await failureOf(ask(cluster, { by: 3, epoch: 3 }));
    expect(message).toContain(`node1.lab.test: ${uuidOf('node', 2)} holds the lease, for 3000 ms more`);
    expect(cluster.node(1).voter.epoch, 'and no epoch is spent on it').toBe(2);
    await cluster.clock.advance(3_000);
    await expect(ask(cluster, { by: 3, epoch: 3 })).resolves.toBeUndefined();
  });

  it('a voter that hangs costs its own limit and counts as none', async () => {
    const cluster = fakeCluster(2);
    cluster.hang(1);
    const failed = failureOf(ask(cluster));
    await cluster.clock.advance(timings.voteMs);
    expect((await failed).message).toContain('node1.lab.test: node1.lab.test did not answer within 5 s');
  });
});
