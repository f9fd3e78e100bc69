import { ClusterError } from '@quorate/domain/errors';
import { leaseLeftMs } from '@quorate/domain/lease';
import { describe, expect, it } from 'vitest';
import { nominate, renewLease, type RoundOutcome } from './lease-round.ts';
import { fakeCluster, settled, type FakeCluster } from './testing/fake-cluster.ts';
import { nodeUuid } from './testing/run-failover.ts';

const terms = { epoch: 1, durationMs: 3_000, deadlineMs: 1_500 };
const renew = (cluster: FakeCluster, by = 1, epoch = 1) =>
  renewLease(cluster.access(by), cluster.roster, { ...terms, epoch });

const bound = (cluster: FakeCluster) =>
  cluster.roster.nodes.map((_, index) =>
    leaseLeftMs(cluster.node(index + 1).leases, cluster.clock.now().getTime()),
  );

const reasonsIn = ({ refusals }: RoundOutcome) => refusals.map(({ reason }) => reason);

describe('a round about the lease', () => {
  it('binds every voter for its duration', async () => {
    const cluster = fakeCluster(3);
    expect(await renew(cluster)).toEqual({ agreed: true, refusals: [] });
    await settled(cluster);
    expect(bound(cluster)).toEqual([3_000, 3_000, 3_000]);
  });

  it('is agreed when a majority is, without waiting for who hangs', async () => {
    const cluster = fakeCluster(5);
    cluster.hang(4, 5);
    expect((await renew(cluster)).agreed).toBe(true);
    expect(cluster.clock.monotonicMs()).toBe(0);
  });

  it('is lost when no majority is possible any more, without waiting for who hangs', async () => {
    const cluster = fakeCluster(5);
    cluster.isolate(2, 3, 4);
    cluster.hang(5);
    const outcome = await renew(cluster);
    expect(outcome.agreed).toBe(false);
    expect(reasonsIn(outcome)).toEqual(['UNREACHABLE', 'UNREACHABLE', 'UNREACHABLE']);
    expect(cluster.clock.monotonicMs()).toBe(0);
  });

  it('half of the voters is no majority', async () => {
    const cluster = fakeCluster(4);
    cluster.isolate(3, 4);
    expect((await renew(cluster)).agreed).toBe(false);
  });

  it('of nobody agrees to nothing', async () => {
    const { roster, ...cluster } = fakeCluster(1);
    expect(await renewLease(cluster.access(1), { ...roster, nodes: [] }, terms)).toEqual({
      agreed: false,
      refusals: [],
    });
  });

  it('a slow voter is reached all the same, after it is decided', async () => {
    const cluster = fakeCluster(3);
    cluster.on(3, 'RenewLease', async (answer) => {
      await cluster.clock.sleep(1_000);
      return answer();
    });
    expect((await renew(cluster)).agreed).toBe(true);
    expect(bound(cluster)[2]).toBe(0);
    await cluster.clock.advance(1_000);
    expect(bound(cluster)[2]).toBe(3_000);
  });

  it('a refusal that comes late changes nothing any more', async () => {
    const cluster = fakeCluster(3);
    cluster.on(3, 'RenewLease', async () => {
      await cluster.clock.sleep(1_000);
      throw new ClusterError('EPOCH_TOO_OLD', 'late');
    });
    const outcome = await renew(cluster);
    await cluster.clock.advance(1_000);
    expect(outcome.agreed).toBe(true);
  });

  it('BEH-294 with an epoch that is over is refused, and the sender is told the present one', async () => {
    const cluster = fakeCluster(3);
    for (const k of [2, 3]) cluster.node(k).voter = { ...cluster.node(k).voter, epoch: 4 };
    const { agreed, refusals } = await renew(cluster);
    expect(agreed).toBe(false);
    expect(refusals).toEqual(
      Array(2).fill(expect.objectContaining({ reason: 'EPOCH_TOO_OLD', facts: { epoch: '4' } })),
    );
  });

  it('by another than the holder of the epoch binds nobody', async () => {
    const cluster = fakeCluster(3);
    const outcome = await renew(cluster, 2);
    expect(outcome.agreed).toBe(false);
    expect(new Set(reasonsIn(outcome))).toEqual(new Set(['NOT_ALLOWED']));
    expect(bound(cluster)).toEqual([0, 0, 0]);
  });

  it('that nominates lets a majority grant the successor, and nobody else', async () => {
    const cluster = fakeCluster(3);
    await renew(cluster);
    expect((await nominate(cluster.access(1), cluster.roster, terms, nodeUuid(2))).agreed).toBe(true);
    await settled(cluster);
    const nominees = [1, 2, 3].map((k) => cluster.node(k).leases.lease?.nominee);
    expect(nominees).toEqual(Array(3).fill(nodeUuid(2)));
    expect(bound(cluster), 'and frees nobody').toEqual([3_000, 3_000, 3_000]);
  });
});
