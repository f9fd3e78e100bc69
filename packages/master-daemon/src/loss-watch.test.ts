/** What a candidate in standby makes of what it sees: how long nothing can be amiss, and when it may go. */
import type { FakeCluster } from '@quorate/bootstrap/testing/fake-cluster';
import { viewsOf } from '@quorate/cluster-state/views';
import { withParameters } from '@quorate/domain/configuration-changes';
import { leaseBounds } from '@quorate/domain/lease';
import type { OursParameters } from '@quorate/domain/parameters';
import { seal } from '@quorate/domain/record';
import { testSeconds, uuidOf } from '@quorate/domain/testing/drafts';
import { timings } from '@quorate/domain/timings';
import { sha256Hex } from '@quorate/platform/digest';
import { virtualClock } from '@quorate/platform/testing/clock';
import { describe, expect, it } from 'vitest';
import { lookForLoss, sleepInTime } from './loss-watch.ts';
import { daemonScene, type DaemonScene } from './testing/daemon-scene.ts';

const leaseMs = leaseBounds.usualMs;
const on = { automaticFailover: true };
const look = ({ state, access }: DaemonScene) => lookForLoss(state, access);

/** Node 2 of three candidates, which all have these parameters; node 1 is master and its host is dead. */
async function orphaned(given: Partial<OursParameters> = on, wishes: Parameters<typeof daemonScene>[0] = {}) {
  const made = await daemonScene({ own: 2, ...wishes });
  const { cluster } = made;
  const record = seal(withParameters(cluster.record, given, testSeconds), sha256Hex);
  for (let n = 1; n <= cluster.roster.nodes.length; n += 1) {
    const node = cluster.node(n);
    const { roster } = viewsOf(record);
    Object.assign(node, {
      text: node.text && record,
      roster,
      voter: { ...node.voter, version: record.version },
    });
  }
  await made.publish(record);
  cluster.crash(1);
  return made;
}

/** That voter has promised node `holder` to grant nobody else. */
function promised(cluster: FakeCluster, number: number, holder = 1): void {
  const node = cluster.node(number);
  const untilMs = cluster.clock.now().getTime() + leaseMs;
  const lease = { holder: uuidOf('node', holder), epoch: 1, untilMs, nominee: null, order: 0 };
  node.leases = { ...node.leases, lease };
}

describe('a look', () => {
  it('sleeps as long as its own voter is bound, and asks nobody else', async () => {
    const made = await orphaned();
    promised(made.cluster, 2);
    await made.cluster.clock.advance(1_000);
    expect(await look(made)).toEqual({ kind: 'sleep', ms: leaseMs - 1_000 });
    expect(made.cluster.events).toEqual(['2 GetVote', '2 GetVote ok']);
  });

  it.each([
    ['of a node that is no candidate', { own: 3, candidatePoolSize: 2 }],
    ['of a node that is not (yet) one of the cluster', { own: 9 }],
  ])('%s asks nobody', async (_what, wishes) => {
    const made = await orphaned(on, wishes);
    expect(await look(made)).toEqual({ kind: 'sleep', ms: timings.surveyIntervalMs });
    expect(made.cluster.events).toEqual([]);
  });

  it('at a cluster that has no master does nothing', async () => {
    const made = await orphaned();
    made.cluster.node(2).voter = { ...made.cluster.node(2).voter, master: null };
    expect(await look(made)).toEqual({ kind: 'sleep', ms: timings.surveyIntervalMs });
  });

  it('at a lost master goes, the freshest candidate at once', async () => {
    const made = await orphaned();
    const found = await look(made);
    expect(found).toMatchObject({ kind: 'go' });
    expect(found.kind === 'go' && found.delayMs).toBeLessThanOrEqual(20);
  });

  it('sleeps as long as another voter that is needed knows a lease that lives', async () => {
    const made = await orphaned();
    promised(made.cluster, 3);
    await made.cluster.clock.advance(leaseMs - 3);
    expect(await look(made)).toEqual({ kind: 'sleep', ms: 3 });
    await made.cluster.clock.advance(3);
    expect(await look(made)).toMatchObject({ kind: 'go' });
  });

  it('waits for nobody when a majority has said that it is free', async () => {
    const made = await orphaned();
    made.cluster.hang(1);
    expect(await look(made)).toMatchObject({ kind: 'go' });
    expect(made.cluster.clock.monotonicMs()).toBe(0);
  });

  it('waits for a dead host no longer than for the lease that is in the way', async () => {
    const made = await orphaned();
    promised(made.cluster, 3);
    made.cluster.hang(1);
    const found = look(made);
    await made.cluster.clock.advance(leaseMs);
    expect(await found).toEqual({ kind: 'sleep', ms: 1 });
    expect(await look(made)).toMatchObject({ kind: 'go' });
  });

  it('is not held up by a lease that only a minority knows', async () => {
    const made = await orphaned(on, { size: 5 });
    promised(made.cluster, 4);
    expect(await look(made)).toMatchObject({ kind: 'go' });
    promised(made.cluster, 5);
    expect(await look(made)).toEqual({ kind: 'sleep', ms: leaseMs });
  });

  it('is not held up by a lease that was this node’s own, at another voter', async () => {
    const made = await orphaned();
    promised(made.cluster, 3, 2);
    expect(await look(made)).toMatchObject({ kind: 'go' });
  });

  it.each([
    ['off', {}, /is off/],
    ['paused', { ...on, pausedUntilSeconds: 4e9 }, /is paused/],
    ['paused without end', { ...on, pausedUntilSeconds: null }, /is paused/],
  ])('waits while it is %s', async (_what, given, why) => {
    expect(await look(await orphaned(given))).toEqual({ kind: 'wait', why: expect.stringMatching(why) });
  });

  it('goes when the pause is over', async () => {
    const made = await orphaned({ ...on, pausedUntilSeconds: 1 });
    expect(await look(made)).toMatchObject({ kind: 'go' });
  });

  it('waits without a majority, and names who does not answer', async () => {
    const made = await orphaned();
    made.cluster.isolate(1, 3);
    expect(await look(made)).toEqual({
      kind: 'wait',
      why: expect.stringMatching(/2 of 3 nodes needed, 1 would grant.*node3\.lab\.test/),
    });
  });

  it('BEH-095 cannot be made without the node daemon of this host', async () => {
    const made = await orphaned();
    made.cluster.isolate(2);
    await expect(look(made)).rejects.toMatchObject({ reason: 'UNREACHABLE' });
  });
});

describe('a pause', () => {
  const { signal } = new AbortController();
  /** A clock on which every sleep takes so much longer: the host was frozen. */
  const lateBy = (lateMs: number) => {
    const clock = virtualClock();
    const sleep = (ms: number) => clock.advance(ms + lateMs);
    return { access: { clock: { ...clock, sleep } } as never };
  };

  it.each([
    [0, true, 'in time'],
    [leaseMs / 3, true, 'a third of the lease late is in time'],
    [leaseMs / 3 + 1, false, 'any later, and what was known before is too old to act on'],
    [3_600_000, false, 'after a freeze'],
  ])('that ends %i ms late: %s: %s', async (lateMs, inTime) => {
    expect(await sleepInTime(lateBy(lateMs).access, 50, leaseMs, signal)).toBe(inTime);
  });

  it('ends with the daemon', async () => {
    const { access, cluster } = await daemonScene({ own: 2 });
    const ending = new AbortController();
    const pause = sleepInTime(access, 1_000, leaseMs, ending.signal);
    await cluster.clock.advance(1);
    ending.abort(new Error('the daemon ends'));
    await expect(pause).rejects.toThrow('the daemon ends');
  });
});
