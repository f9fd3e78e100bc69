import { ClusterError } from '@quorate/domain/errors';
import { leaseBounds } from '@quorate/domain/lease';
import { forManySeeds } from '@quorate/domain/testing/seeded';
import { timings } from '@quorate/domain/timings';
import { beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from './testing/failure-of.ts';
import { fakeCluster, laterRecord, settled, type FakeCluster } from './testing/fake-cluster.ts';
import {
  disksOf,
  mastersOf,
  nodeUuid,
  onlyMaster,
  opinionsOf,
  ruledCluster,
  runFailover,
  withoutMaster,
} from './testing/run-failover.ts';

/** The calls that change something, in the order in which they set out. */
const changesIn = (cluster: FakeCluster) =>
  cluster.events.filter((event) =>
    /^\d (RequestGrant|PutConfiguration|LeaveOffice|TakeOffice|serves)$/.test(event),
  );

describe('a planned failover', () => {
  it('BEH-044 BEH-069 makes this node the only master, without warnings', async () => {
    const cluster = await ruledCluster(3);
    const { outcome } = runFailover(cluster, 2);
    expect(await outcome).toMatchObject({ master: { name: 'node2.lab.test' }, epoch: 2, warnings: [] });
    expect(mastersOf(cluster)).toEqual(onlyMaster(2));
  });

  it('BEH-058 BEH-059 is in the configuration, one serial on, and on every node', async () => {
    const cluster = await ruledCluster(3);
    const { record } = await runFailover(cluster, 2).outcome;
    await settled(cluster);
    const [before, after] = [cluster.record.configuration, record.configuration];
    expect(after.cluster.master_node).toBe(nodeUuid(2));
    expect(after.serial_no).toBe(before.serial_no + 1);
    expect(after.cluster.serial_no).toBe(before.cluster.serial_no + 1);
    expect(record.ours.history.at(-1)).toMatchObject({ epoch: 2, name: 'node2.lab.test', how: 'failover' });
    expect(opinionsOf(cluster)).toEqual(['2@2', '2@2', '2@2']);
    expect([1, 2, 3].map((k) => cluster.node(k).roster.master)).toEqual([2, 2, 2].map(nodeUuid));
  });

  it('BEH-060 goes in this order', async () => {
    const cluster = await ruledCluster(3);
    const { outcome, steps } = runFailover(cluster, 2);
    await outcome;
    expect(steps).toEqual([
      'gather-votes done',
      'pre-failover-hooks done',
      'hand-over done',
      'request-grants done',
      'record-new-master done',
      'old-master-leaves done',
      'take-office done',
      'confirm done',
      'post-failover-hooks done',
    ]);
    expect(changesIn(cluster)).toEqual([
      '1 RequestGrant',
      '2 RequestGrant',
      '3 RequestGrant',
      '1 PutConfiguration',
      '2 PutConfiguration',
      '3 PutConfiguration',
      '1 LeaveOffice',
      '2 serves',
      '2 TakeOffice',
    ]);
  });

  it('BEH-073 and back again', async () => {
    const cluster = await ruledCluster(3);
    await runFailover(cluster, 2).outcome;
    await settled(cluster);
    expect(await runFailover(cluster, 1).outcome).toMatchObject({ epoch: 3, warnings: [] });
    expect(mastersOf(cluster)).toEqual(onlyMaster(1));
  });
});

describe('a failover after the loss of the master', () => {
  it('BEH-044 BEH-082 succeeds, and says that the old master was not told', async () => {
    const cluster = withoutMaster(3);
    const { warnings } = await runFailover(cluster, 2).outcome;
    expect(mastersOf(cluster)).toEqual(onlyMaster(2));
    expect(warnings.join('\n')).toContain(
      'No answer from node1.lab.test: node1.lab.test refused the connection',
    );
    expect(warnings.join('\n')).toContain(
      'node1.lab.test does not answer and was not told that its office ended',
    );
  });

  it('BEH-085 succeeds beside a witness, where the lost master was the only other candidate', async () => {
    const cluster = withoutMaster(3, { candidatePoolSize: 2 });
    expect(await runFailover(cluster, 2).outcome).toMatchObject({ epoch: 2 });
    expect(mastersOf(cluster)).toEqual(onlyMaster(2));
    expect(opinionsOf(cluster)).toEqual(['1@1', '2@2', '2@2']);
  });

  it('while every candidate answers, two copies are still needed first', async () => {
    const cluster = fakeCluster(3, { candidatePoolSize: 2 });
    cluster.on(1, 'PutConfiguration', () => Promise.reject(new ClusterError('COMMAND_FAILED', 'disk full')));
    expect(await failureOf(runFailover(cluster, 2).outcome)).toMatchObject({ reason: 'COMMIT_UNDECIDED' });
    expect(changesIn(cluster).filter((event) => event.startsWith('3'))).toEqual(['3 RequestGrant']);
  });

  it('BEH-082 waits no second time for an old master that hung', async () => {
    const cluster = fakeCluster(3);
    cluster.hang(1);
    cluster.node(1).masterIpHere = false;
    const { outcome } = runFailover(cluster, 2);
    await cluster.clock.advance(timings.voteMs);
    expect((await outcome).warnings).toHaveLength(2);
    expect(cluster.clock.monotonicMs()).toBe(timings.voteMs);
  });
});

describe('an old master that does not do as it is told', () => {
  it.each([
    ['BEH-061 cannot be reached when it is told to leave', 'UNREACHABLE'],
    ['BEH-062 fails to stop its services', 'COMMAND_FAILED'],
  ] as const)('and %s is a warning', async (_case, reason) => {
    const cluster = await ruledCluster(3);
    cluster.on(1, 'LeaveOffice', () => Promise.reject(new ClusterError(reason, 'It went wrong over there')));
    const { outcome, steps } = runFailover(cluster, 2);
    await cluster.clock.advance(leaseBounds.usualMs);
    expect((await outcome).warnings).toEqual([
      'Ending the office of the old master: It went wrong over there',
    ]);
    expect(steps, 'and the rest of its lease is waited for').toContain('await-lease done');
    expect(steps).toContain('old-master-leaves warned');
    expect(mastersOf(cluster)).toEqual(onlyMaster(2));
  });

  it('BEH-062 and says that it still holds the office is a warning with the way out', async () => {
    const cluster = await ruledCluster(3);
    const observed = { masterIpHere: false, masterDaemon: 'MASTER_DAEMON_STATE_IN_OFFICE', epoch: 1 };
    cluster.on(1, 'LeaveOffice', () => ({ observed }));
    const { outcome } = runFailover(cluster, 2);
    await cluster.clock.advance(leaseBounds.usualMs);
    const { warnings } = await outcome;
    expect(warnings.join()).toContain('node1.lab.test was told to leave office and still holds it');
  });

  it('BEH-068 and keeps the address makes the failover fail, naming the condition', async () => {
    const cluster = await ruledCluster(3);
    cluster.node(1).clings = true;
    const { outcome, steps } = runFailover(cluster, 2);
    await cluster.clock.advance(leaseBounds.usualMs);
    expect(await failureOf(outcome)).toMatchObject({
      reason: 'POST_CONDITION_FAILED',
      message: 'The master IP 10.99.0.100 does not answer as node2.lab.test',
    });
    expect(steps).toContain('confirm failed');
  });

  it('BEH-065 waits no longer for it than its limit', async () => {
    const cluster = await ruledCluster(3);
    cluster.on(1, 'LeaveOffice', async () => {
      await cluster.clock.sleep(timings.officeMs);
      throw new ClusterError('TIMED_OUT', 'node1.lab.test did not answer within 20 s');
    });
    const { outcome } = runFailover(cluster, 2);
    await cluster.clock.advance(timings.officeMs + leaseBounds.usualMs);
    expect((await outcome).warnings.join()).toContain('did not answer within 20 s');
  });
});

describe('a failover that may not be', () => {
  /** Refused before anything was changed: nobody was asked for more than its vote. */
  async function expectRefused(cluster: FakeCluster, number = 2, wishes = {}): Promise<ClusterError> {
    const before = disksOf(cluster);
    const error = await failureOf(runFailover(cluster, number, wishes).outcome);
    expect(disksOf(cluster)).toBe(before);
    expect(changesIn(cluster)).toEqual([]);
    return error;
  }

  it('BEH-047 without a majority changes nothing and names who does not answer, not who does', async () => {
    const cluster = fakeCluster(3);
    cluster.isolate(1, 2);
    const { reason, message, hint } = await expectRefused(cluster, 3);
    expect(reason).toBe('NO_MAJORITY');
    expect(message).toContain('node1.lab.test: node1.lab.test refused the connection');
    expect(message).toContain('node2.lab.test: node2.lab.test refused the connection');
    expect(message).not.toContain('node3');
    expect(hint).toContain('--no-voting');
  });

  it('BEH-054 without any vote', async () => {
    const cluster = fakeCluster(3);
    cluster.isolate(1, 2, 3);
    expect((await expectRefused(cluster)).reason).toBe('NO_MAJORITY');
  });

  it('BEH-042 because it is master already', async () => {
    expect((await expectRefused(fakeCluster(3), 1)).reason).toBe('ALREADY_MASTER');
  });

  it('BEH-043 because it is no candidate', async () => {
    const error = await expectRefused(fakeCluster(3, { candidatePoolSize: 2 }), 3);
    expect(error).toMatchObject({
      reason: 'NOT_A_MASTER_CANDIDATE',
      message: expect.stringContaining('node2.lab.test'),
    });
    expect(error.message).not.toContain('node1.lab.test');
  });

  it('BEH-057 because the others belong to another cluster', async () => {
    const cluster = fakeCluster(3);
    for (const k of [1, 3]) cluster.node(k).roster = { ...cluster.node(k).roster, clusterUuid: 'other' };
    expect((await expectRefused(cluster)).message).toContain('belongs to another cluster, other');
  });

  it('BEH-055 because nobody who answers holds the newest configuration', async () => {
    const cluster = fakeCluster(3);
    const later = laterRecord(cluster.record);
    cluster.isolate(1);
    cluster.node(3).voter = { ...cluster.node(3).voter, version: later.version };
    expect((await expectRefused(cluster)).reason).toBe('NEWER_CONFIGURATION_ELSEWHERE');
  });

  it('MASTER_STILL_SERVING: not even without voting while the master answers', async () => {
    const error = await expectRefused(fakeCluster(3), 2, { noVoting: true });
    expect(error).toMatchObject({
      reason: 'MASTER_STILL_SERVING',
      message: expect.stringContaining('node1.lab.test'),
    });
  });
});

describe('a candidate with an old configuration', () => {
  let cluster: FakeCluster;
  const later = () => laterRecord(cluster.record, 2);
  const give = (number: number) => {
    const { version } = later();
    Object.assign(cluster.node(number), { text: later(), voter: { ...cluster.node(number).voter, version } });
  };
  beforeEach(() => {
    cluster = fakeCluster(3);
    give(1);
    give(3);
  });

  it('BEH-055 fetches the newest one first and goes on from there', async () => {
    cluster.crash(1);
    const { outcome, steps } = runFailover(cluster, 2);
    const { record } = await outcome;
    expect(steps.slice(0, 3)).toEqual(['gather-votes done', 'fetch-newest done', 'gather-votes done']);
    expect(cluster.events).toContain('3 GetConfiguration ok');
    expect(record.version).toMatchObject({ epoch: 2, serial: later().version.serial + 1 });
  });

  it('BEH-055 gives up if it changes again meanwhile', async () => {
    cluster.on(1, 'GetConfiguration', (answer) => {
      cluster.node(1).text = laterRecord(cluster.record, 3);
      return answer();
    });
    const before = disksOf(cluster).length;
    const error = await failureOf(runFailover(cluster, 2).outcome);
    expect(error.message).toContain('node1.lab.test was to hand over epoch 1, serial');
    expect(error.hint).toContain('run the command again');
    expect(disksOf(cluster)).toHaveLength(before);
  });

  it('whose own file cannot be read fetches it as well', async () => {
    const healthy = fakeCluster(3);
    healthy.node(2).text = null;
    const { outcome, steps } = runFailover(healthy, 2);
    expect(await outcome).toMatchObject({ epoch: 2 });
    expect(steps).toContain('fetch-newest done');
  });
});

describe('two candidates at once', () => {
  it('BEH-081 exactly one wins, the other is told who refused it', async () => {
    const cluster = await ruledCluster(3);
    const outcomes = await Promise.allSettled([
      runFailover(cluster, 2).outcome,
      runFailover(cluster, 3).outcome,
    ]);
    await settled(cluster);
    const winners = [2, 3].filter((_, index) => outcomes[index]?.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    expect(mastersOf(cluster)).toEqual(onlyMaster(winners[0] ?? 0));
    const [lost] = outcomes.flatMap((o) => (o.status === 'rejected' ? [o.reason as ClusterError] : []));
    expect(lost?.reason).toBe('GRANT_REFUSED');
  });

  it('BEH-081 in whatever order their calls arrive: no epoch has two masters', async () => {
    const plans: number[][] = [];
    forManySeeds(40, (random) => plans.push(Array.from({ length: 60 }, () => random.pick(30))));
    for (const delays of plans) {
      const cluster = await ruledCluster(5);
      let next = 0;
      for (const k of [1, 2, 3, 4, 5])
        for (const method of ['GetVote', 'RequestGrant', 'PutConfiguration'])
          cluster.on(k, method, async (answer) => {
            await cluster.clock.sleep(delays[next++ % delays.length] ?? 0);
            return answer();
          });
      const runs = [2, 3].map((k) => runFailover(cluster, k));
      await cluster.clock.advance(20_000);
      const ended = await Promise.allSettled(runs.map((run) => run.outcome));
      const epochs = ended.flatMap((o) => (o.status === 'fulfilled' ? [o.value.epoch] : []));
      expect(new Set(epochs).size, `epochs won: ${epochs.join()}`).toBe(epochs.length);
      // The losing one may have been the one that looked second: then the first was deposed, and says so.
      expect(mastersOf(cluster).address.length).toBeLessThanOrEqual(1);
    }
  });
});

describe('a failover without voting', () => {
  const alone = () => {
    const cluster = withoutMaster(3);
    cluster.isolate(3);
    return cluster;
  };

  it('BEH-049 needs nobody’s grant and jumps the epoch', async () => {
    const cluster = alone();
    const { epoch } = await runFailover(cluster, 2, { noVoting: true }).outcome;
    expect(epoch).toBeGreaterThanOrEqual(1_001);
    expect(epoch).toBeLessThanOrEqual(2_000);
    expect(cluster.events.filter((event) => event.includes('RequestGrant'))).toEqual([]);
    expect(mastersOf(cluster)).toEqual(onlyMaster(2));
  });

  it('marks who does not answer offline, in the same configuration, so that what is left can start again', async () => {
    const cluster = alone();
    const { record } = await runFailover(cluster, 2, { noVoting: true }).outcome;
    const offline = Object.values(record.configuration.nodes).filter((node) => node.offline);
    expect(offline.map((node) => node.name)).toEqual(['node1.lab.test', 'node3.lab.test']);
    expect(record.ours.history.at(-1)).toMatchObject({ how: 'failover-without-voting' });
  });

  it('two desperate ones do not meet in one epoch', async () => {
    const epochs = new Set<number>();
    for (let i = 0; i < 5; i += 1)
      epochs.add((await runFailover(alone(), 2, { noVoting: true }).outcome).epoch);
    expect(epochs.size).toBeGreaterThan(1);
  });
});

describe('a failover whose end is not what it promises', () => {
  const unmet = async (cluster: FakeCluster) => {
    const { outcome, steps } = runFailover(cluster, 2);
    const error = await failureOf(outcome);
    expect(error.reason).toBe('POST_CONDITION_FAILED');
    return { error, last: steps.find((step) => step.endsWith(' failed')) };
  };

  it('fails when the address was raised and is not there', async () => {
    const cluster = fakeCluster(3);
    cluster.on(2, 'TakeOffice', () => ({ observed: { masterIpHere: false, masterDaemon: 'x', epoch: 2 } }));
    expect((await unmet(cluster)).last).toBe('take-office failed');
  });

  it('fails when the master IP does not answer', async () => {
    const cluster = fakeCluster(3);
    cluster.on(2, 'GetNodeVersion', () => Promise.reject(new ClusterError('UNREACHABLE', 'no route')));
    expect((await unmet(cluster)).error.message).toContain('10.99.0.100 does not answer as node2.lab.test');
  });

  it('fails when no majority votes for it afterwards', async () => {
    const cluster = fakeCluster(3);
    cluster.on(2, 'TakeOffice', (answer) => {
      cluster.isolate(1, 3);
      return answer();
    });
    const { error, last } = await unmet(cluster);
    expect(error.message).toBe('The votes do not show 2 votes for this node in epoch 2');
    expect(error.hint).toContain('recorded as master');
    expect(last).toBe('confirm failed');
  });

  it('BEH-075 does not serve before its configuration is committed', async () => {
    const cluster = fakeCluster(3);
    for (const k of [1, 3]) cluster.on(k, 'PutConfiguration', () => Promise.reject(new Error('disk full')));
    expect((await failureOf(runFailover(cluster, 2).outcome)).reason).toBe('COMMIT_UNDECIDED');
    expect(cluster.events).not.toContain('2 serves');
    expect(cluster.events).not.toContain('2 TakeOffice');
  });

  it('is deposed by a candidate that was granted more meanwhile', async () => {
    const cluster = fakeCluster(3);
    for (const k of [1, 3])
      cluster.on(k, 'PutConfiguration', (answer) => {
        cluster.node(k).voter = { ...cluster.node(k).voter, epoch: 3, grantedTo: nodeUuid(3) };
        return answer();
      });
    expect(await failureOf(runFailover(cluster, 2).outcome)).toMatchObject({
      reason: 'EPOCH_TOO_OLD',
      facts: { epoch: '3' },
    });
    expect(cluster.events).not.toContain('2 serves');
  });
});
