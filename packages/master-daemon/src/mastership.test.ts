/** The tenure over time: what changes it, in which order, and what is dropped because something came between. */
import { laterRecord } from '@quorate/bootstrap/testing/fake-cluster';
import type { StepEvent } from '@quorate/bootstrap/steps';
import { withNodesOffline } from '@quorate/domain/configuration-changes';
import { uuidOf } from '@quorate/domain/testing/drafts';
import { timings } from '@quorate/domain/timings';
import { afterEach, describe, expect, it } from 'vitest';
import type { Change } from './authority.ts';
import { createMastership, type Mastership } from './mastership.ts';
import { atRest, daemonScene, firstLook, gate, until, type DaemonScene } from './testing/daemon-scene.ts';

const later: Change = (present) => laterRecord(present);
const withVoting = { noVoting: false };
const silently = (): void => undefined;

const watches: { readonly ending: AbortController; readonly ended: Promise<void> }[] = [];
afterEach(async () => {
  for (const { ending, ended } of watches.splice(0)) {
    ending.abort();
    await ended;
  }
});

interface Watched extends DaemonScene {
  readonly mastership: Mastership;
  /** Lets the next look begin, and end. */
  nextLook(): Promise<void>;
}

const scene = async (wishes: Parameters<typeof daemonScene>[0] = {}) => {
  const made = await daemonScene(wishes);
  return { ...made, mastership: createMastership(made) };
};

/** With the watch running, and its first look over. */
async function watched(wishes: Parameters<typeof daemonScene>[0] = {}): Promise<Watched> {
  const made = await scene(wishes);
  const { clock } = made.cluster;
  const ending = new AbortController();
  watches.push({ ending, ended: made.mastership.watch(ending.signal) });
  await firstLook(made, made.mastership);
  const nextLook = async () => {
    await clock.advance(timings.surveyIntervalMs);
    await atRest(made);
  };
  return { ...made, nextLook };
}

const historyOf = (mastership: Mastership) => {
  const tenure = mastership.tenure();
  return tenure.kind === 'in-office' ? tenure.record.ours.history : [];
};

const messagesOf = ({ log }: DaemonScene) => log.lines.map(({ message }) => message);

describe('the watch', () => {
  it('takes up an office that a majority gives this node', async () => {
    const { mastership, cluster } = await watched();
    expect(mastership.tenure()).toMatchObject({ kind: 'in-office', epoch: 2, record: cluster.record });
  });

  it('BEH-091 BEH-094 in standby asks again until a majority is there', async () => {
    const made = await scene();
    made.cluster.isolate(2, 3);
    const ending = new AbortController();
    watches.push({ ending, ended: made.mastership.watch(ending.signal) });
    await atRest(made);
    expect(made.mastership.tenure()).toMatchObject({
      kind: 'standby',
      why: expect.stringContaining('2 of 3'),
    });
    made.cluster.heal(2);
    await made.cluster.clock.advance(timings.surveyIntervalMs);
    await until(() => made.mastership.tenure().kind === 'in-office');
  });

  it('BEH-078 BEH-098 leaves office for a later master, without a restart', async () => {
    const { mastership, cluster, nextLook } = await watched();
    const master = { node: uuidOf('node', 2), epoch: 3 };
    cluster.node(3).voter = { ...cluster.node(3).voter, epoch: 3, grantedTo: master.node, master };
    await nextLook();
    expect(mastership.tenure()).toEqual({
      kind: 'standby',
      why: 'node2.lab.test was made master in epoch 3',
    });
    expect(cluster.node(1).masterIpHere).toBe(false);
  });

  it('leaves office for a later master among nodes marked offline, which have no vote', async () => {
    const { mastership, cluster, nextLook } = await watched();
    await mastership.change((present, now) => withNodesOffline(present, [uuidOf('node', 3)], now));
    const master = { node: uuidOf('node', 3), epoch: 1_500 };
    cluster.node(3).voter = { ...cluster.node(3).voter, epoch: master.epoch, master };
    await nextLook();
    expect(mastership.tenure()).toMatchObject({
      kind: 'standby',
      why: expect.stringMatching(/^node3.lab.test .*master in epoch 1500$/),
    });
    expect(cluster.node(1).masterIpHere).toBe(false);
    await nextLook();
    expect(mastership.tenure().kind).toBe('standby');
  });

  it('enters an overruled mastership of a node marked offline into the history', async () => {
    const { mastership, cluster, nextLook } = await watched();
    await mastership.change((present, now) => withNodesOffline(present, [uuidOf('node', 2)], now));
    const master = { node: uuidOf('node', 2), epoch: 0 };
    cluster.node(2).voter = { ...cluster.node(2).voter, master };
    await nextLook();
    await until(() => historyOf(mastership).length === 3);
    expect(historyOf(mastership)).toMatchObject([
      { ...master, how: 'overruled' },
      { epoch: 1 },
      { epoch: 2 },
    ]);
  });

  it('tells the loser of two masters who is master, so that it names itself no more; it stays offline', async () => {
    const { mastership, cluster, nextLook } = await watched();
    await mastership.change((present, now) => withNodesOffline(present, [uuidOf('node', 2)], now));
    const master = { node: uuidOf('node', 2), epoch: 0 };
    cluster.node(2).voter = { ...cluster.node(2).voter, master };
    await nextLook();
    await until(() => historyOf(mastership).length === 3);
    await nextLook();
    await until(() => cluster.node(2).voter.master?.node === uuidOf('node', 1));
    expect(cluster.node(2).roster.nodes[1]).toMatchObject({ uuid: uuidOf('node', 2), role: 'offline' });
    const sent = (): number => cluster.events.filter((event) => event === '2 PutConfiguration').length;
    const before = sent();
    await nextLook();
    expect(sent()).toBe(before);
  });

  it('goes on after a look that failed, and logs it', async () => {
    const made = await watched();
    made.cluster.isolate(1);
    await made.nextLook();
    expect(messagesOf(made)).toContain('a look at the cluster failed');
    expect(made.mastership.tenure()).toMatchObject({ kind: 'in-office', lagging: [uuidOf('node', 1)] });
    made.cluster.heal(1);
    await made.nextLook();
    expect(made.mastership.tenure()).toMatchObject({ kind: 'in-office', lagging: [] });
  });

  it('raises the address again when it is gone', async () => {
    const { cluster, nextLook } = await watched();
    cluster.node(1).masterIpHere = false;
    await nextLook();
    expect(cluster.node(1).masterIpHere).toBe(true);
  });

  it('says once why it is in standby', async () => {
    const made = await watched({ own: 2 });
    await made.nextLook();
    await made.nextLook();
    expect(messagesOf(made).filter((message) => message === 'in standby')).toHaveLength(1);
  });
});

describe('a change', () => {
  it('that is committed is the record of the office', async () => {
    const { mastership, cluster } = await watched();
    const record = await mastership.change(later);
    expect(record).toEqual(laterRecord(cluster.record));
    expect(mastership.tenure()).toMatchObject({ kind: 'in-office', record, pending: null });
  });

  it('BEH-279 waits for the one before it and builds on it', async () => {
    const { mastership, cluster } = await watched();
    const records = await Promise.all([mastership.change(later), mastership.change(later)]);
    const { serial } = cluster.record.version;
    expect(records.map((record) => record.version.serial)).toEqual([serial + 1, serial + 2]);
  });

  it('in standby is refused and names the master', async () => {
    const { mastership } = await watched({ own: 2 });
    await expect(mastership.change(later)).rejects.toMatchObject({
      reason: 'NOT_MASTER',
      facts: { master: 'node1.lab.test' },
    });
  });

  it('left undecided blocks the next one, until the watch has decided it', async () => {
    const { mastership, cluster, nextLook, answers } = await watched();
    cluster.isolate(2, 3);
    await expect(mastership.change(later)).rejects.toMatchObject({ reason: 'COMMIT_UNDECIDED' });
    const pending = laterRecord(cluster.record);
    expect(mastership.tenure()).toMatchObject({ record: cluster.record, pending: { record: pending } });

    await nextLook();
    answers('PutConfiguration');
    await expect(mastership.change(later)).rejects.toMatchObject({ reason: 'COMMIT_UNDECIDED' });
    expect(answers('PutConfiguration')).toEqual([]);

    cluster.heal(3);
    await nextLook();
    expect(mastership.tenure()).toMatchObject({
      record: pending,
      pending: null,
      lagging: [uuidOf('node', 2)],
    });
    expect(await mastership.change(later)).toEqual(laterRecord(pending));
  });

  it('left undecided is decided although the address cannot be raised', async () => {
    const made = await watched();
    made.cluster.isolate(2, 3);
    await expect(made.mastership.change(later)).rejects.toMatchObject({ reason: 'COMMIT_UNDECIDED' });
    made.cluster.heal(2, 3);
    made.cluster.on(1, 'GetOffice', () => Promise.reject(new Error('the daemon is busy')));
    await made.nextLook();
    expect(made.mastership.tenure()).toMatchObject({
      record: laterRecord(made.cluster.record),
      pending: null,
    });
    expect(messagesOf(made)).toContain('a look at the cluster failed');
  });

  it('that is invalid leaves the office as it was', async () => {
    const { mastership, cluster } = await watched();
    const before = mastership.tenure();
    const spoil: Change = (present) => ({
      ...present,
      configuration: {
        ...present.configuration,
        cluster: { ...present.configuration.cluster, master_node: 'nobody' },
      },
    });
    await expect(mastership.change(spoil)).rejects.toMatchObject({ reason: 'WRONG_INPUT' });
    expect(mastership.tenure()).toBe(before);
    expect(await mastership.change(later)).toEqual(laterRecord(cluster.record));
  });

  it('BEH-078 refused because of a later epoch ends the office', async () => {
    const { mastership, cluster, answers } = await watched();
    for (const n of [2, 3])
      cluster.node(n).voter = { ...cluster.node(n).voter, epoch: 3, grantedTo: uuidOf('node', 2) };
    answers('LeaveOffice');
    await expect(mastership.change(later)).rejects.toMatchObject({ reason: 'COMMIT_UNDECIDED' });
    expect(mastership.tenure()).toMatchObject({ kind: 'standby', why: expect.stringContaining('epoch 3') });
    expect(answers('LeaveOffice')).toEqual(['1 ok']);
  });

  it('refused for a rival of the same epoch names that rival', async () => {
    const { mastership, cluster } = await watched();
    const rival = { node: uuidOf('node', 2), epoch: 2 };
    for (const n of [2, 3]) cluster.node(n).voter = { ...cluster.node(n).voter, master: rival };
    await expect(mastership.change(later)).rejects.toMatchObject({ reason: 'COMMIT_UNDECIDED' });
    expect(mastership.tenure()).toMatchObject({
      kind: 'standby',
      why: expect.stringContaining('node2.lab.test'),
    });
  });
});

describe('being told to stand down', () => {
  it.each([
    [1, 'in-office', 'an epoch that is over'],
    [2, 'standby', 'its own'],
    [3, 'standby', 'a later one'],
  ])('for epoch %i leaves it %s: %s', async (epoch, kind) => {
    const { mastership } = await watched();
    mastership.standDown(epoch);
    expect(mastership.tenure().kind).toBe(kind);
  });

  it('in standby changes nothing', async () => {
    const { mastership } = await watched({ own: 2 });
    const before = mastership.tenure();
    mastership.standDown(5);
    expect(mastership.tenure()).toBe(before);
  });

  const told = { kind: 'standby', why: 'it was told that epoch 3 ends its office' };

  it('during a look: what the look found is dropped', async () => {
    const made = await watched();
    const { mastership, cluster } = made;
    const answer = gate();
    cluster.on(3, 'GetVote', async (vote) => (await answer.passed, vote()));
    cluster.events.length = 0;
    await cluster.clock.advance(timings.surveyIntervalMs);
    await until(() => cluster.events.includes('3 GetVote'));
    mastership.standDown(3);
    answer.open();
    await atRest(made);
    expect(mastership.tenure()).toEqual(told);
  });

  it('during a change: the change may be committed, the office is over all the same', async () => {
    const { mastership, cluster } = await watched();
    const disk = gate();
    for (const n of [2, 3])
      cluster.on(n, 'PutConfiguration', async (answer) => (await disk.passed, answer()));
    cluster.events.length = 0;
    const change = mastership.change(later);
    await until(() => cluster.events.includes('2 PutConfiguration'));
    mastership.standDown(3);
    disk.open();
    expect(await change).toEqual(laterRecord(cluster.record));
    expect(mastership.tenure()).toEqual(told);
  });

  it('during a change that ends undecided: the office is over all the same', async () => {
    const { mastership, cluster } = await watched();
    const answer = gate();
    for (const n of [2, 3]) {
      cluster.on(n, 'PutConfiguration', async () => {
        await answer.passed;
        throw new Error('disk full');
      });
    }
    cluster.events.length = 0;
    const change = mastership.change(later);
    await until(() => cluster.events.includes('2 PutConfiguration'));
    mastership.standDown(3);
    answer.open();
    await expect(change).rejects.toMatchObject({ reason: 'COMMIT_UNDECIDED' });
    expect(mastership.tenure()).toEqual(told);
  });
});

describe('a failover', () => {
  it('BEH-044 makes this node master and puts it in office, step by step', async () => {
    const { mastership, cluster } = await scene({ own: 2 });
    const steps: string[] = [];
    const report = ({ name, state }: StepEvent) => void steps.push(`${name} ${state}`);
    const outcome = await mastership.failover(withVoting, report);
    expect(outcome).toMatchObject({ epoch: 2, master: { name: 'node2.lab.test' }, warnings: [] });
    expect(mastership.tenure()).toMatchObject({ kind: 'in-office', epoch: 2, record: outcome.record });
    expect(steps.filter((step) => step.endsWith('failed'))).toEqual([]);
    expect(steps.slice(-3)).toEqual([
      'confirm done',
      'post-failover-hooks started',
      'post-failover-hooks done',
    ]);
    expect([1, 2, 3].map((n) => cluster.node(n).masterIpHere)).toEqual([false, true, false]);
  });

  it('BEH-042 of the master to itself is refused', async () => {
    const { mastership } = await watched();
    await expect(mastership.failover(withVoting, silently)).rejects.toMatchObject({
      reason: 'ALREADY_MASTER',
    });
    expect(mastership.tenure()).toMatchObject({ kind: 'in-office', epoch: 2 });
  });

  it('while one runs is refused at once; afterwards it is possible again', async () => {
    const { mastership, cluster } = await scene({ own: 2 });
    const vote = gate();
    cluster.on(3, 'GetVote', async (answer) => (await vote.passed, answer()));
    const first = mastership.failover(withVoting, silently);
    await until(() => cluster.events.includes('3 GetVote'));
    await expect(mastership.failover(withVoting, silently)).rejects.toMatchObject({
      reason: 'OPERATION_IN_PROGRESS',
    });
    vote.open();
    await first;
    await expect(mastership.failover(withVoting, silently)).rejects.toMatchObject({
      reason: 'ALREADY_MASTER',
    });
  });

  it('BEH-062 goes on without the old master, and warns', async () => {
    const { mastership, cluster } = await scene({ own: 2 });
    cluster.crash(1);
    const { warnings } = await mastership.failover(withVoting, silently);
    expect(warnings).toContainEqual(expect.stringContaining('node1.lab.test'));
    expect(mastership.tenure()).toMatchObject({ kind: 'in-office', epoch: 2 });
  });

  it('that fails leaves this node in standby, and may be repeated', async () => {
    const { mastership, cluster } = await scene({ own: 2 });
    cluster.isolate(1, 3);
    await expect(mastership.failover(withVoting, silently)).rejects.toMatchObject({ reason: 'NO_MAJORITY' });
    expect(mastership.tenure()).toMatchObject({ kind: 'standby' });
    cluster.heal(1, 3);
    expect(await mastership.failover(withVoting, silently)).toMatchObject({ epoch: 2 });
  });

  it('begins with the newest record of others if the own one is damaged, and says so in the log', async () => {
    const { mastership, state, log, answers } = await scene({ own: 2 });
    await state.files.writeAtomic(state.layout.clusterRecord.path, '{"half":', { mode: 0o600 });
    await mastership.failover(withVoting, silently);
    expect(answers('GetConfiguration')).toHaveLength(1);
    expect(log.lines).toContainEqual(
      expect.objectContaining({ level: 'error', fields: { reason: 'STATE_CORRUPT' } }),
    );
  });

  it('waits for a look that is under way', async () => {
    const { mastership, cluster } = await watched({ own: 2 });
    const vote = gate();
    cluster.on(2, 'GetVote', async (answer) => (await vote.passed, answer()));
    await cluster.clock.advance(timings.surveyIntervalMs);
    cluster.events.length = 0;
    const failover = mastership.failover(withVoting, silently);
    await cluster.clock.advance(0);
    expect(cluster.events).toEqual([]);
    vote.open();
    expect(await failover).toMatchObject({ epoch: 2 });
  });
});
