/** Failovers of a cluster whose master holds a lease: handed over, waited for, never taken from one who rules. */
import { planCommit } from '@quorate/domain/commit';
import { withCandidatePoolSize } from '@quorate/domain/configuration-changes';
import { ClusterError } from '@quorate/domain/errors';
import { leaseBounds, safeLeaseMs } from '@quorate/domain/lease';
import { seal } from '@quorate/domain/record';
import { testSeconds } from '@quorate/domain/testing/drafts';
import { timings } from '@quorate/domain/timings';
import { sha256Hex } from '@quorate/platform/digest';
import { describe, expect, it } from 'vitest';
import { commit } from './commit.ts';
import type { FailoverEnd } from './hooks.ts';
import { renewLease } from './lease-round.ts';
import { pack } from './put-configuration.ts';
import { failureOf } from './testing/failure-of.ts';
import { fakeCluster, laterRecord, settled, type FakeCluster } from './testing/fake-cluster.ts';
import {
  disksOf,
  inTime,
  mastersOf,
  nodeUuid,
  onlyMaster,
  ruledCluster,
  runFailover,
  withoutMaster,
} from './testing/run-failover.ts';

const leaseMs = leaseBounds.usualMs;

const callsTo = (cluster: FakeCluster, method: string) =>
  cluster.events.filter((event) => event.endsWith(` ${method}`));

/** When the first call of this name reached one of the nodes, and who held and served then. */
function firstCall(cluster: FakeCluster, method: string) {
  const seen: { atMs?: number; masters?: ReturnType<typeof mastersOf> } = {};
  cluster.roster.nodes.forEach((_, index) =>
    cluster.on(index + 1, method, (answer) => {
      seen.atMs ??= cluster.clock.monotonicMs();
      seen.masters ??= mastersOf(cluster);
      return answer();
    }),
  );
  return seen;
}

/** Fails as soon as two hold the address, or two serve (I1, I3). */
const neverTwo = (cluster: FakeCluster) => () => {
  const { address, serving } = mastersOf(cluster);
  expect(address.length, `the address is on ${address.join()}`).toBeLessThanOrEqual(1);
  expect(serving.length, `${serving.join()} serve`).toBeLessThanOrEqual(1);
};

/** The master daemon of node 1 has ended: it renews no more. */
const endMasterDaemon = (cluster: FakeCluster) => void (cluster.node(1).masterDaemonInOffice = false);

describe('a planned failover from a master with a lease', () => {
  it('BEH-080 is handed over and waits for nothing', async () => {
    const cluster = await ruledCluster(3);
    const grants = firstCall(cluster, 'RequestGrant');
    const { outcome, steps } = runFailover(cluster, 2);
    expect(await outcome).toMatchObject({ epoch: 2, warnings: [] });
    expect(cluster.clock.monotonicMs(), 'no time has passed').toBe(0);
    expect(steps).toContain('hand-over done');
    expect(steps).not.toContain('await-lease done');
    expect(mastersOf(cluster)).toEqual(onlyMaster(2));
    expect(grants.masters, 'the old one serves until then').toEqual(onlyMaster(1));
    expect(cluster.events.lastIndexOf('3 Nominate ok')).toBeLessThan(
      cluster.events.indexOf('1 RequestGrant'),
    );
  });

  it('BEH-073 and so is the way back, and the way after that', async () => {
    const cluster = await ruledCluster(3);
    for (const number of [2, 1, 3]) {
      expect((await runFailover(cluster, number).outcome).warnings).toEqual([]);
      await settled(cluster);
      expect(mastersOf(cluster)).toEqual(onlyMaster(number));
    }
    expect(cluster.clock.monotonicMs()).toBe(0);
  });

  it('the new master goes on renewing what it was granted', async () => {
    const cluster = await ruledCluster(3);
    await runFailover(cluster, 2).outcome;
    await cluster.clock.advance(10 * leaseMs);
    expect(mastersOf(cluster)).toEqual(onlyMaster(2));
  });

  it('BEH-080 a change committed between the survey and the hand-over is fetched: none is lost', async () => {
    const cluster = await ruledCluster(3);
    const { draft } = withCandidatePoolSize(cluster.record, 7, testSeconds);
    const changed = seal(draft, sha256Hex);
    cluster.on(1, 'HandOver', async (answer) => {
      const plan = planCommit(cluster.record, changed);
      expect(await commit(cluster.access(1), plan, pack(changed))).toEqual({ kind: 'committed' });
      return answer();
    });
    const { outcome, steps } = runFailover(cluster, 2);
    const { record, warnings } = await outcome;
    expect(steps).not.toContain('fetch-newest done');
    expect(cluster.events).toContain('1 GetConfiguration ok');
    expect(record.configuration.cluster.candidate_pool_size).toBe(7);
    expect(record.version).toMatchObject({ epoch: 2, serial: changed.version.serial + 1 });
    expect(warnings).toEqual([]);
  });

  it('the address is given to node 2 for no longer than what was promised to it', async () => {
    const cluster = await ruledCluster(3);
    let untilUs = 0;
    cluster.on(2, 'TakeOffice', (answer, { request }) => {
      untilUs = (request as { untilMonotonicUs: number }).untilMonotonicUs;
      return answer();
    });
    await runFailover(cluster, 2).outcome;
    expect(untilUs).toBe(safeLeaseMs(leaseMs) * 1000);
  });

  it('a candidate that dies after the hand-over leaves the old one in office: it takes its word back', async () => {
    const cluster = await ruledCluster(3);
    cluster.on(2, 'RequestGrant', () => Promise.reject(new ClusterError('COMMAND_FAILED', 'disk full')));
    for (const k of [1, 3]) cluster.on(k, 'RequestGrant', () => new Promise(() => undefined));
    runFailover(cluster, 2);
    await settled(cluster);
    expect(cluster.node(3).leases.lease?.nominee).toBe(nodeUuid(2));
    await cluster.clock.advance(2 * leaseMs);
    expect(cluster.node(3).leases.lease?.nominee).toBeNull();
    expect(mastersOf(cluster)).toEqual(onlyMaster(1));
  });
});

describe('without a hand-over the lease is waited out, then the failover goes on', () => {
  it.each<[string, (cluster: FakeCluster) => void, string | undefined, number]>([
    [
      'it is refused, because the master daemon is not in office',
      endMasterDaemon,
      'hand-over warned',
      leaseMs,
    ],
    [
      'the master daemon is silent',
      (cluster) => {
        endMasterDaemon(cluster);
        cluster.on(1, 'HandOver', async (_answer, { options }) => {
          await cluster.clock.sleep(options.deadlineMs);
          throw new ClusterError('TIMED_OUT', 'node1.lab.test did not answer within 5 s');
        });
      },
      'hand-over warned',
      timings.voteMs,
    ],
    ['BEH-082 the host is dead', (cluster) => cluster.crash(1), undefined, leaseMs],
  ])('%s', async (_why, happens, handOver, expectedMs) => {
    const cluster = await ruledCluster(3);
    happens(cluster);
    const grants = firstCall(cluster, 'RequestGrant');
    const { outcome, steps } = runFailover(cluster, 2);
    await inTime(cluster, outcome, neverTwo(cluster));
    expect(steps.find((step) => step.startsWith('hand-over'))).toBe(handOver);
    expect(steps).toContain('await-lease done');
    expect(grants.atMs, 'nobody was asked before').toBeGreaterThanOrEqual(expectedMs);
    expect(grants.atMs, 'nor much later').toBeLessThan(expectedMs + 2 * timings.probeFirstMs);
    expect(mastersOf(cluster)).toEqual(onlyMaster(2));
  });

  it('BEH-079 a master cut off from a majority is out of office before anybody may be granted', async () => {
    const cluster = await ruledCluster(5);
    await cluster.clock.advance(leaseMs);
    for (const k of [2, 3, 4]) cluster.cut(1, k);
    const grants = firstCall(cluster, 'RequestGrant');
    const { outcome } = runFailover(cluster, 2);
    await inTime(cluster, outcome, neverTwo(cluster));
    expect(grants.masters).toEqual({ address: [], serving: [] });
    expect(mastersOf(cluster)).toEqual(onlyMaster(2));
  });

  it('BEH-078 BEH-294 and when it is back, its renewals are refused and it is told the epoch', async () => {
    const cluster = withoutMaster(3);
    await runFailover(cluster, 2).outcome;
    cluster.heal(1);
    const terms = { epoch: 1, durationMs: leaseMs, deadlineMs: leaseMs };
    const { agreed, refusals } = await renewLease(cluster.access(1), cluster.roster, terms);
    expect(agreed).toBe(false);
    expect(refusals).toContainEqual(
      expect.objectContaining({ reason: 'EPOCH_TOO_OLD', facts: { epoch: '2' } }),
    );
  });
});

describe('a master that a majority still renews', () => {
  it('is not deposed by a candidate that alone cannot reach it: no voter’s epoch was raised', async () => {
    const cluster = await ruledCluster(3);
    cluster.cut(1, 2);
    const before = disksOf(cluster);
    const ends: FailoverEnd[] = [];
    const hooks = { after: async (_facts: object, end: FailoverEnd) => void ends.push(end) };
    const { outcome, steps } = runFailover(cluster, 2, { hooks });
    const onlyNode1 = () => expect(mastersOf(cluster)).toEqual(onlyMaster(1));
    const error = await inTime(cluster, failureOf(outcome), onlyNode1);
    expect(error).toMatchObject({
      reason: 'LEASE_LIVE',
      message: 'A majority still renews the lease of node1.lab.test, so it rules',
    });
    expect(steps).toContain('await-lease failed');
    expect(disksOf(cluster)).toBe(before);
    expect([1, 2, 3].map((k) => cluster.node(k).voter.epoch)).toEqual([1, 1, 1]);
    expect(callsTo(cluster, 'RequestGrant')).toEqual([]);
    expect(ends).toEqual(['refused']);
  });

  it('nor by one to whom it does not want to hand over', async () => {
    const cluster = await ruledCluster(3);
    const busy = new ClusterError('COMMIT_UNDECIDED', 'A change is outstanding');
    cluster.on(1, 'HandOver', () => Promise.reject(busy));
    const { outcome } = runFailover(cluster, 2);
    expect((await inTime(cluster, failureOf(outcome))).reason).toBe('LEASE_LIVE');
    expect(callsTo(cluster, 'RequestGrant')).toEqual([]);
    expect(mastersOf(cluster)).toEqual(onlyMaster(1));
  });
});

describe('a master that hands over and then cannot be told to leave', () => {
  it.each<[string, (cluster: FakeCluster) => void]>([
    ['it is cut off from the candidate', (cluster) => cluster.cut(1, 2)],
    ['it is cut off from everybody', (cluster) => [2, 3].forEach((k) => cluster.cut(1, k))],
  ])('the rest of its lease is waited for before the address is raised: %s', async (_why, happens) => {
    const cluster = await ruledCluster(3);
    await cluster.clock.advance(leaseMs + 100);
    cluster.on(1, 'HandOver', async (answer) => {
      const handed = await answer();
      happens(cluster);
      return handed;
    });
    const beganMs = cluster.clock.monotonicMs();
    const office = firstCall(cluster, 'TakeOffice');
    const { outcome, steps } = runFailover(cluster, 2);
    const { warnings } = await inTime(cluster, outcome, neverTwo(cluster));
    expect(steps).toContain('old-master-leaves warned');
    expect(steps.indexOf('await-lease done')).toBeGreaterThan(steps.indexOf('old-master-leaves warned'));
    expect(warnings.join()).toContain('node1.lab.test refused the connection');
    expect(office.masters?.address, 'by then it has given up the address').toEqual([]);
    expect(office.atMs).toBeGreaterThanOrEqual(beganMs + leaseMs);
    expect(mastersOf(cluster)).toEqual(onlyMaster(2));
  });
});

describe('hooks of the site', () => {
  /** `before` and then how it ended, in the order of their runs among the calls of the failover. */
  function noted(cluster: FakeCluster, before: () => Promise<void> = () => Promise.resolve()) {
    const ran: string[] = [];
    const hooks = {
      before: ({ oldMaster, node, epoch }: { oldMaster: string | null; node: string; epoch: number }) => {
        ran.push(`before ${oldMaster} ${node} ${epoch}`);
        expect(callsTo(cluster, 'HandOver')).toEqual([]);
        return before();
      },
      after: async (_facts: object, end: FailoverEnd) => void ran.push(end),
    };
    return { ran, hooks };
  }

  it('BEH-315 before: a refusal changes nothing, and those after it are told that it was refused', async () => {
    const cluster = await ruledCluster(3);
    const objection = new ClusterError('COMMAND_FAILED', 'A hook objects to the failover: backup runs');
    const { ran, hooks } = noted(cluster, () => Promise.reject(objection));
    const before = disksOf(cluster);
    const { outcome, steps } = runFailover(cluster, 2, { hooks });
    expect(await failureOf(outcome)).toBe(objection);
    expect(ran).toEqual(['before node1.lab.test node2.lab.test 2', 'refused']);
    expect(steps).toEqual(['gather-votes done', 'pre-failover-hooks failed', 'post-failover-hooks done']);
    expect(disksOf(cluster)).toBe(before);
    expect(cluster.events.filter((event) => /HandOver|Nominate|Grant|Put|Office/.test(event))).toEqual([]);
    expect(mastersOf(cluster)).toEqual(onlyMaster(1));
  });

  it.each<[FailoverEnd, string, (cluster: FakeCluster) => void]>([
    ['done', 'it went well', () => undefined],
    [
      'refused',
      'the votes for it were not enough',
      (cluster) =>
        [1, 3].forEach((k) =>
          cluster.on(k, 'RequestGrant', () => Promise.reject(new ClusterError('GRANT_REFUSED', 'no'))),
        ),
    ],
    [
      'undecided',
      'nobody stores it',
      (cluster) =>
        [1, 3].forEach((k) => cluster.on(k, 'PutConfiguration', () => Promise.reject(new Error('x')))),
    ],
    [
      'failed',
      'the lease was lost on the way, which is no refusal any more',
      (cluster) =>
        cluster.on(2, 'TakeOffice', () => Promise.reject(new ClusterError('LEASE_LOST', 'too late'))),
    ],
  ])('after: they are told %s if %s', async (end, _why, happens) => {
    const cluster = await ruledCluster(3);
    const { ran, hooks } = noted(cluster);
    happens(cluster);
    const { outcome } = runFailover(cluster, 2, { hooks });
    await inTime(cluster, outcome).catch(() => undefined);
    expect(ran.slice(1)).toEqual([end]);
  });

  it('after: one that fails is a warning', async () => {
    const cluster = await ruledCluster(3);
    const hooks = {
      after: () => Promise.reject(new ClusterError('COMMAND_FAILED', '10-mail exited with 1')),
    };
    expect((await runFailover(cluster, 2, { hooks }).outcome).warnings).toEqual([
      'Running the hooks after the failover: 10-mail exited with 1',
    ]);
  });
});

describe('an automatic failover', () => {
  it('ends its round as soon as a majority is free, and waits for nobody who hangs', async () => {
    const cluster = withoutMaster(5);
    cluster.hang(1, 5);
    const { record, epoch } = await runFailover(cluster, 2, { automatic: true }).outcome;
    expect(epoch).toBe(2);
    expect(record.ours.history.at(-1)).toMatchObject({ how: 'automatic-failover' });
    expect(cluster.clock.monotonicMs()).toBe(0);
    expect(mastersOf(cluster)).toEqual(onlyMaster(2));
  });

  it('one that an operator ordered hears everybody out, to name who is silent', async () => {
    const cluster = withoutMaster(5);
    cluster.hang(1, 5);
    const { outcome } = runFailover(cluster, 2);
    const { warnings } = await inTime(cluster, outcome);
    expect(cluster.clock.monotonicMs()).toBeGreaterThanOrEqual(timings.voteMs);
    expect(warnings.join()).toContain('node5.lab.test');
  });

  it('does wait for the one who holds the newest configuration', async () => {
    const cluster = withoutMaster(5, { candidatePoolSize: 3 });
    const later = laterRecord(cluster.record);
    for (const k of [3, 4, 5]) cluster.node(k).voter = { ...cluster.node(k).voter, version: later.version };
    cluster.node(3).text = later;
    cluster.on(3, 'GetVote', async (answer) => {
      await cluster.clock.sleep(200);
      return answer();
    });
    const { outcome, steps } = runFailover(cluster, 2, { automatic: true });
    const { record } = await inTime(cluster, outcome);
    expect(steps).toContain('fetch-newest done');
    expect(record.version.serial).toBe(later.version.serial + 1);
  });

  it('against a live lease asks nobody', async () => {
    const cluster = await ruledCluster(3);
    cluster.cut(1, 2);
    const { outcome } = runFailover(cluster, 2, { automatic: true });
    expect((await inTime(cluster, failureOf(outcome))).reason).toBe('LEASE_LIVE');
    expect(callsTo(cluster, 'RequestGrant')).toEqual([]);
  });
});

describe('a failover without voting', () => {
  it('gets its lease from those that are left before the address is raised', async () => {
    const cluster = withoutMaster(3);
    cluster.isolate(3);
    await runFailover(cluster, 2, { noVoting: true }).outcome;
    expect(cluster.events.indexOf('2 RenewLease ok')).toBeGreaterThan(-1);
    expect(cluster.events.indexOf('2 RenewLease ok')).toBeLessThan(cluster.events.indexOf('2 TakeOffice'));
    await cluster.clock.advance(5 * leaseMs);
    expect(mastersOf(cluster)).toEqual(onlyMaster(2));
  });

  it('without the word of the operator does not give up a change that is known of', async () => {
    const cluster = fakeCluster(3, { candidatePoolSize: 2 });
    cluster.crash(1);
    const later = laterRecord(cluster.record);
    cluster.node(3).voter = { ...cluster.node(3).voter, version: later.version };
    const before = disksOf(cluster);
    const error = await failureOf(runFailover(cluster, 2, { noVoting: true }).outcome);
    expect(error.hint).toContain('--accept-data-loss');
    expect(disksOf(cluster)).toBe(before);
    const { warnings } = await runFailover(cluster, 2, { noVoting: true, acceptDataLoss: true }).outcome;
    expect(warnings.join()).toContain('are given up');
  });
});
