import { leaseBounds, leaseMemoryAtStart } from '@quorate/domain/lease';
import { describe, expect, it } from 'vitest';
import { awaitLeaseEnd } from './await-lease.ts';
import { failureOf } from './testing/failure-of.ts';
import { fakeCluster, type FakeCluster } from './testing/fake-cluster.ts';
import { inTime, ruledCluster } from './testing/run-failover.ts';

const leaseMs = leaseBounds.usualMs;

/** Node 2 waits; resolves to how long it took, ms. */
async function waited(cluster: FakeCluster): Promise<number> {
  const beganMs = cluster.clock.monotonicMs();
  await inTime(cluster, awaitLeaseEnd(cluster.access(2), cluster.roster, leaseMs));
  return cluster.clock.monotonicMs() - beganMs;
}

const refused = (cluster: FakeCluster) =>
  inTime(cluster, failureOf(awaitLeaseEnd(cluster.access(2), cluster.roster, leaseMs)));

describe('waiting for the end of a lease', () => {
  it('takes no time where nobody is bound', async () => {
    expect(await waited(fakeCluster(3))).toBe(0);
  });

  it('nor where this node itself holds it', async () => {
    const cluster = fakeCluster(3);
    Object.assign(cluster.node(2), { masterDaemonInOffice: true });
    await cluster.rule(2);
    expect(await waited(cluster)).toBe(0);
  });

  it('takes what is left of it, when it is renewed no more', async () => {
    const cluster = await ruledCluster(3);
    cluster.crash(1);
    await cluster.clock.advance(1_000);
    expect(await waited(cluster)).toBe(leaseMs - 1_000);
  });

  it('is not held up by a host that is dead and refuses no connection', async () => {
    const cluster = await ruledCluster(3);
    cluster.crash(1);
    cluster.hang(1);
    await cluster.clock.advance(1_000);
    expect(await waited(cluster)).toBeLessThanOrEqual(leaseMs - 1_000 + 10);
  });

  it('takes no longer than the lease, be it a moment', async () => {
    const cluster = await ruledCluster(3);
    cluster.crash(1);
    await cluster.clock.advance(leaseMs - 3);
    await inTime(cluster, awaitLeaseEnd(cluster.access(2), cluster.roster, leaseMs));
    const asked = cluster.events.filter((event) => event === '2 GetVote');
    expect(asked, 'once, and once more when it was over').toHaveLength(2);
  });

  it('goes on by what is left when the last answer came, not by what it said before', async () => {
    const cluster = await ruledCluster(3);
    cluster.crash(1);
    // Its connection is given up a second later.
    cluster.heal(1);
    cluster.on(1, 'GetVote', async () => {
      await cluster.clock.sleep(1_000);
      throw new Error('no route to host');
    });
    expect(await waited(cluster)).toBe(leaseMs);
  });

  it('ends with the last voter that a majority needs, and waits for no other', async () => {
    const cluster = await ruledCluster(5);
    await cluster.clock.advance(leaseMs / 2 - 10);
    // From here on the renewals reach node 5 alone.
    cluster.isolate(2, 3, 4);
    await cluster.clock.advance(100);
    cluster.crash(1);
    cluster.heal(2, 3, 4);
    expect(await waited(cluster)).toBeLessThan(leaseMs - 100);
  });

  it('counts a voter that has restarted, and does not know what it promised, for as long as it may have', async () => {
    const cluster = await ruledCluster(3);
    cluster.crash(1);
    const { voter } = cluster.node(3);
    cluster.node(3).leases = leaseMemoryAtStart(
      { ...voter, longestLeaseMs: 20_000 },
      cluster.clock.now().getTime(),
    );
    expect(await waited(cluster), 'longer than two leases').toBe(20_000);
  });

  it('fails with LEASE_LIVE if it is renewed all the while, naming who rules', async () => {
    const cluster = await ruledCluster(3);
    cluster.cut(1, 2);
    const error = await refused(cluster);
    expect(error).toMatchObject({ reason: 'LEASE_LIVE', message: expect.stringContaining('node1.lab.test') });
    expect(error.hint).toContain('run the failover on a node that reaches it');
    expect(cluster.clock.monotonicMs()).toBeLessThanOrEqual(3 * leaseMs);
  });

  it('fails with NO_MAJORITY, not LEASE_LIVE, if too few answer', async () => {
    const cluster = await ruledCluster(3);
    cluster.isolate(1, 3);
    expect(await refused(cluster)).toMatchObject({
      reason: 'NO_MAJORITY',
      message: expect.stringMatching(/^2 of 3 nodes must answer; node1.*refused.*; node3.*refused/),
    });
  });
});
