import { ClusterError } from '@quorate/domain/errors';
import { timings } from '@quorate/domain/timings';
import { describe, expect, it } from 'vitest';
import { awaitMasterDaemon, awaitNodeDaemon } from './await-daemon.ts';
import { fakeCluster, type FakeCluster } from './testing/fake-cluster.ts';

/** Whether it has ended by now, and how. */
function watched(work: Promise<void>) {
  const seen: { ended: boolean; error?: ClusterError } = { ended: false };
  work.then(
    () => (seen.ended = true),
    (error: ClusterError) => Object.assign(seen, { ended: true, error }),
  );
  return seen;
}

const socket = { kind: 'socket', name: 'quorate-masterd of this host', path: '/run/masterd.sock' } as const;
const awaitNode = (cluster: FakeCluster) =>
  watched(awaitNodeDaemon(cluster.access(1), cluster.rosterNode(2)));
const awaitMaster = (cluster: FakeCluster) => watched(awaitMasterDaemon(cluster.access(1), socket));

describe('waiting for the node daemon', () => {
  it('BEH-188 succeeds as soon as it answers the version call', async () => {
    const cluster = fakeCluster(2);
    let tries = 0;
    cluster.on(2, 'GetNodeVersion', (answer) => {
      if (++tries < 3) throw new ClusterError('UNREACHABLE', 'refused');
      return answer();
    });
    const wait = awaitNode(cluster);
    await cluster.clock.advance(2_000);
    expect(wait).toEqual({ ended: true });
    expect(tries).toBe(3);
  });

  it('BEH-189 gives up after 10 s, naming the node and the limit', async () => {
    const cluster = fakeCluster(2);
    cluster.isolate(2);
    const wait = awaitNode(cluster);
    await cluster.clock.advance(timings.startMs - 1);
    expect(wait.ended).toBe(false);
    await cluster.clock.advance(1);
    expect(wait.error).toMatchObject({
      reason: 'TIMED_OUT',
      message: 'Waited 10 s in vain for the node daemon of node2.lab.test (10.99.0.12:1811) to answer',
    });
  });

  it('BEH-196 is not outlasted by a probe that hangs, whatever deadline it keeps', async () => {
    const cluster = fakeCluster(2);
    cluster.on(2, 'GetNodeVersion', () => new Promise(() => undefined));
    const wait = awaitNode(cluster);
    await cluster.clock.advance(timings.startMs);
    expect(wait.error?.reason).toBe('TIMED_OUT');
  });

  it('BEH-196 gives each probe what remains of the wait as its deadline', async () => {
    const cluster = fakeCluster(2);
    const deadlines: number[] = [];
    cluster.on(2, 'GetNodeVersion', (_answer, { options }) => {
      deadlines.push(options.deadlineMs + cluster.clock.monotonicMs());
      throw new ClusterError('UNREACHABLE', 'refused');
    });
    awaitNode(cluster);
    await cluster.clock.advance(timings.startMs);
    expect(new Set(deadlines)).toEqual(new Set([timings.startMs]));
  });
});

describe('waiting for the master daemon', () => {
  it('BEH-190 takes standby and any failure as not yet', async () => {
    const cluster = fakeCluster(1);
    const answers: (() => object)[] = [
      () => {
        throw new Error('something unheard of');
      },
      () => ({ inOffice: false }),
      () => ({ inOffice: true }),
    ];
    cluster.onMasterDaemon('GetStatus', async () => answers.shift()?.());
    const wait = awaitMaster(cluster);
    await cluster.clock.advance(1_000);
    expect(wait).toEqual({ ended: true });
    expect(answers).toEqual([]);
  });

  it('BEH-191 gives up after 10 s', async () => {
    const cluster = fakeCluster(1);
    const wait = awaitMaster(cluster);
    await cluster.clock.advance(timings.startMs);
    expect(wait.error?.message).toContain(
      'Waited 10 s in vain for the master daemon (quorate-masterd of this host)',
    );
  });
});
