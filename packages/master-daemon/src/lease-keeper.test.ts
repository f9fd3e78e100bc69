/** What the master may count on: which rounds add to its lease, from when on, and which end it. */
import { leaseBounds, renewalIntervalMs, safeLeaseMs } from '@quorate/domain/lease';
import { uuidOf } from '@quorate/domain/testing/drafts';
import { describe, expect, it } from 'vitest';
import { createLeaseKeeper, untilNextRenewalMs } from './lease-keeper.ts';
import { daemonScene, gate, until } from './testing/daemon-scene.ts';

const durationMs = leaseBounds.usualMs;
/** What is left of it when no time has passed. */
const safeMs = safeLeaseMs(durationMs);

/** Node 1's keeper in epoch 1, and what it said. */
async function keeping(size = 3) {
  const scene = await daemonScene({ size });
  const renewed: { epoch: number; untilMs: number }[] = [];
  const deposed: object[] = [];
  const keeper = createLeaseKeeper({
    access: scene.access,
    onRenewed: (epoch, untilMs) => void renewed.push({ epoch, untilMs }),
    onDeposed: (epoch, { reason, facts }) => void deposed.push({ epoch, reason, facts }),
  });
  const reign = { epoch: 1, roster: scene.cluster.roster, durationMs };
  /** Those voters have promised a later epoch to node 2. */
  const turn = (...numbers: number[]): void => {
    for (const n of numbers)
      scene.cluster.node(n).voter = {
        ...scene.cluster.node(n).voter,
        epoch: 2,
        grantedTo: uuidOf('node', 2),
      };
  };
  return { ...scene, keeper, reign, renewed, deposed, turn, renew: () => keeper.renew(reign) };
}

describe('a lease', () => {
  it('is none before anybody has promised one', async () => {
    const { keeper } = await keeping();
    expect([keeper.leftMs(), keeper.untilMs()]).toEqual([0, 0]);
  });

  it('is shorter than promised by the margin for clocks that run apart, and passed on', async () => {
    const { keeper, renew, renewed, cluster } = await keeping();
    await cluster.clock.advance(10_000);
    expect(await renew()).toBe(true);
    expect(keeper.leftMs()).toBe(safeMs);
    expect(safeMs).toBeLessThan((durationMs * 0.95) / 1.049);
    expect(renewed).toEqual([{ epoch: 1, untilMs: 10_000 + safeMs }]);
  });

  it('ends by the clock alone, and is never less than none', async () => {
    const { keeper, renew, cluster } = await keeping();
    await renew();
    await cluster.clock.advance(safeMs - 1);
    expect(keeper.leftMs()).toBe(1);
    await cluster.clock.advance(60_000);
    expect(keeper.leftMs()).toBe(0);
  });

  it('counts from before the round was sent, however late the majority answers', async () => {
    const { keeper, renew, cluster } = await keeping();
    const slow = gate();
    for (const n of [2, 3]) cluster.on(n, 'RenewLease', async (answer) => (await slow.passed, answer()));
    const round = renew();
    await cluster.clock.advance(1_000);
    expect(keeper.leftMs()).toBe(0);
    slow.open();
    await round;
    expect(keeper.leftMs()).toBe(safeMs - 1_000);
  });

  it('whose round is confirmed after its end is over all the same', async () => {
    const { keeper, renew, cluster } = await keeping();
    const frozen = gate();
    for (const n of [2, 3]) cluster.on(n, 'RenewLease', async (answer) => (await frozen.passed, answer()));
    const round = renew();
    await cluster.clock.advance(60_000);
    frozen.open();
    expect(await round).toBe(true);
    expect(keeper.leftMs()).toBe(0);
  });

  it('asks the voters for its whole duration', async () => {
    const { renew, cluster } = await keeping();
    await renew();
    await until(() => cluster.events.filter((event) => event.endsWith('RenewLease ok')).length === 3);
    expect([1, 2, 3].map((n) => cluster.node(n).leases.lease?.untilMs)).toEqual(
      [1, 2, 3].map(() => cluster.clock.now().getTime() + durationMs),
    );
  });

  it('is over when it is dropped', async () => {
    const { keeper, renew } = await keeping();
    await renew();
    keeper.drop();
    expect(keeper.leftMs()).toBe(0);
  });

  it('promised by grants counts from when they were asked for, and shortens nothing', async () => {
    const { keeper, cluster } = await keeping();
    await cluster.clock.advance(1_000);
    keeper.count(800, durationMs);
    keeper.count(500, durationMs);
    expect(keeper.leftMs()).toBe(safeMs - 200);
  });
});

describe('a round', () => {
  it('without a majority adds nothing', async () => {
    const { keeper, renew, cluster, renewed, deposed } = await keeping();
    await renew();
    await cluster.clock.advance(1_000);
    cluster.isolate(2, 3);
    expect(await renew()).toBe(false);
    expect(keeper.leftMs()).toBe(safeMs - 1_000);
    expect([renewed.length, deposed.length]).toEqual([1, 0]);
  });

  it('is decided by a majority: one refusal of a later epoch does not outweigh it', async () => {
    const { keeper, renew, turn, deposed } = await keeping();
    turn(3);
    expect(await renew()).toBe(true);
    expect(keeper.leftMs()).toBe(safeMs);
    expect(deposed).toEqual([]);
  });

  it('BEH-078 that a majority refuses for a later epoch is told of, and adds nothing', async () => {
    const { keeper, renew, turn, deposed, renewed, cluster } = await keeping();
    await renew();
    turn(2, 3);
    await cluster.clock.advance(100);
    expect(await renew()).toBe(false);
    expect(keeper.leftMs()).toBe(safeMs - 100);
    expect(deposed).toMatchObject([{ epoch: 1, reason: 'EPOCH_TOO_OLD', facts: { epoch: '2' } }]);
    expect(renewed).toHaveLength(1);
  });

  it('refused for a rival of the same epoch is told of too', async () => {
    const { keeper, renew, cluster, deposed } = await keeping();
    const master = { node: uuidOf('node', 2), epoch: 1 };
    for (const n of [2, 3]) cluster.node(n).voter = { ...cluster.node(n).voter, master };
    expect(await renew()).toBe(false);
    expect(keeper.leftMs()).toBe(0);
    expect(deposed).toMatchObject([{ reason: 'NOT_ALLOWED', facts: { master: uuidOf('node', 2) } }]);
  });

  it('confirmed after the lease was dropped brings nothing back', async () => {
    const { keeper, renew, cluster, renewed } = await keeping();
    const slow = gate();
    for (const n of [2, 3]) cluster.on(n, 'RenewLease', async (answer) => (await slow.passed, answer()));
    const round = renew();
    keeper.drop();
    slow.open();
    expect(await round).toBe(false);
    expect([keeper.leftMs(), renewed]).toEqual([0, []]);
  });

  it('of an epoch that this node itself has ended does not end the lease of the next', async () => {
    const { keeper, reign, renew, cluster, deposed } = await keeping();
    const slow = gate();
    for (const n of [2, 3]) {
      cluster.on(n, 'RenewLease', async (answer, { request }) => {
        if ((request as { epoch: number }).epoch === 1) await slow.passed;
        return answer();
      });
    }
    const old = renew();
    expect(await keeper.renew({ ...reign, epoch: 2 })).toBe(true);
    slow.open();
    expect(await old).toBe(false);
    expect([keeper.leftMs(), deposed]).toEqual([safeMs, []]);
  });

  it('that a later one has overtaken on its way adds nothing, and ends nothing', async () => {
    const { keeper, renew, cluster, deposed } = await keeping();
    await renew();
    for (const n of [1, 2, 3]) {
      const { leases } = cluster.node(n);
      cluster.node(n).leases = { ...leases, lease: leases.lease && { ...leases.lease, order: 1e12 } };
    }
    await cluster.clock.advance(100);
    expect(await renew()).toBe(false);
    expect([keeper.leftMs(), deposed]).toEqual([safeMs - 100, []]);
  });

  it('that hangs ends within half the lease, so that there is time for others', async () => {
    const { renew, cluster } = await keeping();
    cluster.hang(2, 3);
    const round = renew();
    await cluster.clock.advance(durationMs / 2);
    expect(await round).toBe(false);
  });
});

it.each([
  [0, renewalIntervalMs(durationMs), 'a sixth of the lease after the last was begun'],
  [200, renewalIntervalMs(durationMs) - 200, 'however long that took'],
  [5_000, 1, 'and at once after one that took longer'],
])('after a round of %i ms the next begins in %i ms: %s', (tookMs, nextMs) => {
  expect(untilNextRenewalMs(durationMs, tookMs)).toBe(nextMs);
});
