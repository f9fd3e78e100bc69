/** The tenure under its lease: what a master may do while it lives, what its end brings, how it changes hands. */
import { laterRecord, type FakeCluster } from '@quorate/bootstrap/testing/fake-cluster';
import { viewsOf } from '@quorate/cluster-state/views';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { withParameters } from '@quorate/domain/configuration-changes';
import { ClusterError } from '@quorate/domain/errors';
import { leaseBounds, leaseLeftMs, renewalIntervalMs } from '@quorate/domain/lease';
import type { OursParameters } from '@quorate/domain/parameters';
import { seal } from '@quorate/domain/record';
import { testSeconds, uuidOf } from '@quorate/domain/testing/drafts';
import { timings } from '@quorate/domain/timings';
import { sha256Hex } from '@quorate/platform/digest';
import { afterEach, describe, expect, it } from 'vitest';
import type { Change } from './authority.ts';
import { createMastership, type Mastership } from './mastership.ts';
import { daemonScene, firstLook, gate, sceneIn, until, type DaemonScene } from './testing/daemon-scene.ts';

const leaseMs = leaseBounds.usualMs;
const beatMs = renewalIntervalMs(leaseMs);
const later: Change = (present) => laterRecord(present);

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const ending of endings.splice(0)) await ending();
});

interface Watched extends DaemonScene {
  readonly mastership: Mastership;
}

/** The master daemon of that host, with its watch running. */
function watch(made: DaemonScene): Watched {
  const mastership = createMastership(made);
  const ending = new AbortController();
  const ended = mastership.watch(ending.signal);
  endings.push(() => {
    ending.abort();
    return ended;
  });
  return { ...made, mastership };
}

/** In office, its first look over. */
async function inOffice(wishes: Parameters<typeof daemonScene>[0] = {}): Promise<Watched> {
  const made = watch(await daemonScene(wishes));
  await firstLook(made, made.mastership);
  expect(made.mastership.tenure().kind).toBe('in-office');
  return made;
}

/** The renewals of that node no longer reach the others. */
function cutOff({ cluster }: DaemonScene, number: number): void {
  for (let n = 1; n <= cluster.roster.nodes.length; n += 1) {
    if (n === number) continue;
    cluster.on(n, 'RenewLease', (answer, { request }) => {
      const { masterUuid } = request as { masterUuid: string };
      if (masterUuid !== uuidOf('node', number)) return answer();
      throw new ClusterError('UNREACHABLE', 'cut off');
    });
  }
}

/** That voter has promised epoch 3 to node 2, and nobody was made master in it. */
const promisedAway = ({ cluster }: DaemonScene, ...numbers: number[]): void =>
  numbers.forEach((n) => {
    cluster.node(n).voter = { ...cluster.node(n).voter, epoch: 3, grantedTo: uuidOf('node', 2) };
  });

const eventsOf = ({ cluster }: DaemonScene, name: string) =>
  cluster.events.filter((event) => event.split(' ')[1] === name && event.split(' ').length === 2);

describe('in office', () => {
  it('the lease is renewed every sixth of its duration, and never runs low', async () => {
    const made = await inOffice();
    await made.cluster.clock.advance(timings.idleWatchMs);
    made.cluster.events.length = 0;
    await made.cluster.clock.advance(10 * beatMs);
    expect(eventsOf(made, 'RenewLease')).toHaveLength(10 * 3);
    expect(made.mastership.leaseLeftMs()).toBeGreaterThan(leaseMs / 2);
  });

  it('each confirmed round is told to this host alone', async () => {
    const made = await inOffice();
    made.cluster.events.length = 0;
    await made.cluster.clock.advance(2 * beatMs);
    expect(new Set(eventsOf(made, 'HoldOffice'))).toEqual(new Set(['1 HoldOffice']));
  });

  it('a lease of one voter that fails for a while is nothing', async () => {
    const made = await inOffice();
    made.cluster.isolate(3);
    await made.cluster.clock.advance(5 * leaseMs);
    expect(made.mastership.tenure()).toMatchObject({ kind: 'in-office', epoch: 2 });
    expect(await made.mastership.change(later)).toEqual(laterRecord(made.cluster.record));
  });

  it('a look that ends during a change does not undo it', async () => {
    const made = await inOffice();
    const disk = gate();
    for (const n of [2, 3])
      made.cluster.on(n, 'PutConfiguration', async (answer) => (await disk.passed, answer()));
    const before = made.mastership.tenure();
    const change = made.mastership.change(later);
    await made.cluster.clock.advance(timings.surveyIntervalMs);
    await until(() => made.mastership.tenure() !== before);
    disk.open();
    const record = await change;
    expect(made.mastership.tenure()).toMatchObject({ kind: 'in-office', record });
    expect(await made.mastership.change(later)).toEqual(laterRecord(record));
  });
});

describe('without a majority', () => {
  it('BEH-079 changes are refused from the end of the lease on, and nothing is sent', async () => {
    const made = await inOffice();
    cutOff(made, 1);
    while (made.mastership.leaseLeftMs() > 0) await made.cluster.clock.advance(10);
    expect(made.mastership.tenure().kind).toBe('in-office');
    made.cluster.events.length = 0;
    await expect(made.mastership.change(later)).rejects.toMatchObject({ reason: 'LEASE_LOST' });
    await expect(made.mastership.handOver(uuidOf('node', 2))).rejects.toMatchObject({ reason: 'LEASE_LOST' });
    expect(made.cluster.events).toEqual([]);
  });

  it('BEH-079 BEH-098 the office is left without a restart, before any voter may grant another', async () => {
    const made = await inOffice();
    cutOff(made, 1);
    while (made.mastership.tenure().kind === 'in-office') await made.cluster.clock.advance(10);
    expect(made.mastership.tenure()).toEqual({
      kind: 'standby',
      why: 'a majority did not renew its lease in time',
    });
    expect(made.answers('LeaveOffice')).toEqual(['1 ok']);
    expect(made.cluster.node(1).masterIpHere).toBe(false);
    expect(made.mastership.leaseLeftMs()).toBe(0);
    await expect(made.mastership.change(later)).rejects.toMatchObject({ reason: 'NOT_MASTER' });
  });

  it('at the end of the lease every voter still keeps its promise', async () => {
    const made = await inOffice();
    await made.cluster.clock.advance(timings.idleWatchMs);
    cutOff(made, 1);
    while (made.mastership.leaseLeftMs() > 0) await made.cluster.clock.advance(1);
    const nowMs = made.cluster.clock.now().getTime();
    for (const n of [2, 3]) expect(made.cluster.node(n).leases.lease?.untilMs).toBeGreaterThan(nowMs);
  });

  it('the office is taken up again in a new epoch when the majority is back', async () => {
    const made = await inOffice();
    cutOff(made, 1);
    while (made.mastership.tenure().kind === 'in-office') await made.cluster.clock.advance(10);
    for (const n of [2, 3]) made.cluster.on(n, 'RenewLease', (answer) => answer());
    await made.cluster.clock.advance(timings.surveyIntervalMs);
    expect(made.mastership.tenure()).toMatchObject({ kind: 'in-office', epoch: 3 });
    expect(made.cluster.node(1).masterIpHere).toBe(true);
  });

  it('a later epoch that a majority has promised ends the office at the next renewal', async () => {
    const made = await inOffice({ own: 1 });
    await made.cluster.clock.advance(timings.idleWatchMs);
    promisedAway(made, 2, 3);
    made.answers('LeaveOffice');
    await made.cluster.clock.advance(beatMs);
    expect(made.mastership.tenure()).toEqual({
      kind: 'standby',
      why: 'another node was made master in epoch 3',
    });
    expect(made.answers('LeaveOffice')).toEqual(['1 ok']);
  });

  it('the office is left, and asked for anew, when the node daemon of this host has given it up', async () => {
    const made = await inOffice();
    made.cluster.on(1, 'HoldOffice', (answer, { request }) => {
      if ((request as { epoch: number }).epoch > 2) return answer();
      throw new ClusterError('LEASE_LOST', 'This host has given the office up');
    });
    await made.cluster.clock.advance(beatMs);
    expect(made.mastership.tenure().kind).toBe('standby');
    await made.cluster.clock.advance(timings.surveyIntervalMs);
    expect(made.mastership.tenure()).toMatchObject({ kind: 'in-office', epoch: 3 });
  });

  it('what cannot be asked again and again is said once', async () => {
    const made = await inOffice();
    made.cluster.isolate(1, 2, 3);
    await made.cluster.clock.advance(60_000);
    const said = made.log.lines.filter(({ message }) => message === 'a look at the cluster failed');
    expect(said.length).toBeLessThanOrEqual(2);
  });
});

describe('a hand-over', () => {
  it('BEH-080 refuses changes from then on, and does not renew the lease', async () => {
    const made = await inOffice();
    await made.cluster.clock.advance(timings.idleWatchMs);
    const { version } = made.cluster.record;
    expect(await made.mastership.handOver(uuidOf('node', 2))).toEqual({ epoch: 2, version });
    made.cluster.events.length = 0;
    await expect(made.mastership.change(later)).rejects.toMatchObject({ reason: 'OPERATION_IN_PROGRESS' });
    await made.cluster.clock.advance(2 * beatMs);
    expect(eventsOf(made, 'RenewLease')).toEqual([]);
    expect(made.mastership.tenure()).toMatchObject({ kind: 'in-office', handingOverTo: uuidOf('node', 2) });
  });

  it('that nobody takes up is taken back, before the lease is over', async () => {
    const made = await inOffice();
    await made.mastership.handOver(uuidOf('node', 2));
    for (let passedMs = 0; passedMs < leaseMs; passedMs += 10) {
      await made.cluster.clock.advance(10);
      expect(made.mastership.leaseLeftMs()).toBeGreaterThan(0);
    }
    expect(made.mastership.tenure()).toMatchObject({ kind: 'in-office', handingOverTo: null });
    expect(made.cluster.node(3).leases.lease).toMatchObject({ nominee: null });
    expect(await made.mastership.change(later)).toEqual(laterRecord(made.cluster.record));
  });

  it('waits for the change under way, and tells its version', async () => {
    const made = await inOffice();
    const disk = gate();
    for (const n of [2, 3])
      made.cluster.on(n, 'PutConfiguration', async (answer) => (await disk.passed, answer()));
    const change = made.mastership.change(later);
    const handOver = made.mastership.handOver(uuidOf('node', 2));
    await made.cluster.clock.advance(0);
    disk.open();
    expect((await handOver).version).toEqual((await change).version);
  });

  it('of which a majority cannot be told fails', async () => {
    const made = await inOffice();
    for (const n of [2, 3])
      made.cluster.on(n, 'Nominate', () => Promise.reject(new ClusterError('TIMED_OUT', 'silent')));
    await expect(made.mastership.handOver(uuidOf('node', 2))).rejects.toMatchObject({
      reason: 'NO_MAJORITY',
    });
  });

  it('is refused in standby', async () => {
    const { mastership } = await inOffice();
    mastership.standDown(2);
    await expect(mastership.handOver(uuidOf('node', 2))).rejects.toMatchObject({ reason: 'NOT_MASTER' });
  });

  it('BEH-080 moves the office at once, with every accepted change, although the lease lives', async () => {
    const old = await inOffice();
    const { cluster } = old;
    const heir = await sceneIn(cluster, 2);
    const mastership = createMastership(heir);
    cluster.on(1, 'HandOver', () => old.mastership.handOver(uuidOf('node', 2)));
    const accepted = await old.mastership.change(later);
    await until(() => cluster.node(2).text?.version.serial === accepted.version.serial);
    await heir.publish(accepted);

    const beganMs = cluster.clock.monotonicMs();
    const { epoch, record } = await mastership.failover({ noVoting: false }, () => undefined);
    expect(cluster.clock.monotonicMs()).toBe(beganMs);
    expect(epoch).toBe(3);
    expect(record.configuration.serial_no).toBeGreaterThan(accepted.configuration.serial_no);
    expect(mastership.tenure()).toMatchObject({ kind: 'in-office', epoch: 3 });
    await cluster.clock.advance(leaseMs);
    expect(old.mastership.tenure().kind).toBe('standby');
  });
});

describe('a node that a majority names, in an epoch that voters have promised away', () => {
  it('is elected anew, by itself', async () => {
    const made = await daemonScene();
    promisedAway(made, 2, 3);
    const { mastership } = watch(made);
    await until(() => mastership.tenure().kind === 'in-office');
    expect(mastership.tenure()).toMatchObject({ kind: 'in-office', epoch: 4 });
    await made.cluster.clock.advance(2 * leaseMs);
    expect(mastership.tenure()).toMatchObject({ kind: 'in-office', epoch: 4 });
  });

  it('in office is elected anew when a voter is left behind: it is given a look’s time, then followed by all', async () => {
    const made = await inOffice();
    promisedAway(made, 3);
    await made.cluster.clock.advance(timings.surveyIntervalMs);
    expect(made.mastership.tenure()).toMatchObject({ kind: 'in-office', epoch: 2 });
    for (let passedMs = 0; passedMs < timings.surveyIntervalMs; passedMs += 10) {
      await made.cluster.clock.advance(10);
      expect(made.mastership.tenure().kind).toBe('in-office');
      expect(made.mastership.leaseLeftMs()).toBeGreaterThan(0);
    }
    await made.cluster.clock.advance(leaseMs);
    expect(made.mastership.tenure()).toMatchObject({ kind: 'in-office', epoch: 4 });
    expect([1, 2, 3].map((n) => made.cluster.node(n).voter.master)).toEqual(
      [1, 2, 3].map(() => ({ node: uuidOf('node', 1), epoch: 4 })),
    );
  });

  it('in office takes changes meanwhile, from whom a majority follows', async () => {
    const made = await inOffice();
    promisedAway(made, 3);
    expect(await made.mastership.change(later)).toEqual(laterRecord(made.cluster.record));
  });
});

/** Everybody has a configuration with these parameters, on the disk of that host too. */
async function withOurs(made: DaemonScene, given: Partial<OursParameters>): Promise<ClusterRecord> {
  const { cluster } = made;
  const record = seal(withParameters(cluster.record, given, testSeconds), sha256Hex);
  const { roster } = viewsOf(record);
  for (let n = 1; n <= cluster.roster.nodes.length; n += 1) {
    const node = cluster.node(n);
    Object.assign(node, { text: record, roster, voter: { ...node.voter, version: record.version } });
  }
  await made.publish(record);
  return record;
}

/** All voters have just promised node 1 to grant nobody else. */
async function leaseOf1(cluster: FakeCluster): Promise<void> {
  const master = createMastership(await sceneIn(cluster, 1));
  const ending = new AbortController();
  const ended = master.watch(ending.signal);
  await until(() => master.tenure().kind === 'in-office');
  await cluster.clock.advance(0);
  ending.abort();
  await ended;
}

const on = { automaticFailover: true };

describe('a master that is stopped', () => {
  const boundVoters = ({ cluster }: DaemonScene): number[] =>
    [1, 2, 3].filter((n) => leaseLeftMs(cluster.node(n).leases, cluster.clock.now().getTime()) > 0);

  async function stopped(given: Partial<OursParameters>): Promise<Watched> {
    const made = await inOffice();
    await made.mastership.change((present, now) => withParameters(present, given, now));
    await made.cluster.clock.advance(beatMs);
    await made.mastership.resign();
    return made;
  }

  it('gives office and lease back while others would take over by themselves', async () => {
    const made = await stopped(on);
    expect(made.mastership.tenure()).toEqual({ kind: 'standby', why: 'it is being stopped' });
    expect(made.cluster.node(1).masterIpHere).toBe(false);
    await until(() => boundVoters(made).length === 0);
  });

  it.each([
    ['nobody would', {}],
    ['that is paused', { ...on, pausedUntilSeconds: null }],
  ])('keeps both while %s: it may be back in a moment', async (_why, given) => {
    const made = await stopped(given);
    expect(boundVoters(made)).toEqual([1, 2, 3]);
    expect(made.cluster.node(1).masterIpHere).toBe(true);
  });

  it('keeps the lease while the address could not be taken down', async () => {
    const made = await inOffice();
    await made.mastership.change((present, now) => withParameters(present, on, now));
    made.cluster.on(1, 'LeaveOffice', () => Promise.reject(new Error('the daemon is busy')));
    await made.cluster.clock.advance(beatMs);
    await made.mastership.resign();
    expect(boundVoters(made)).toEqual([1, 2, 3]);
    expect(made.log.lines.at(-1)?.message).toBe('the lease could not be given back');
  });
});

describe('the loss of the master', () => {
  async function lost(given: Partial<OursParameters>): Promise<Watched> {
    const made = await daemonScene({ own: 2 });
    await withOurs(made, given);
    await leaseOf1(made.cluster);
    made.cluster.crash(1);
    made.cluster.events.length = 0;
    return watch(made);
  }

  it('is mended by a candidate, once, when the lease is over and not before', async () => {
    const made = await lost(on);
    await made.cluster.clock.advance(leaseMs - 1);
    expect(eventsOf(made, 'RequestGrant')).toEqual([]);
    await made.cluster.clock.advance(leaseMs / 3 + timings.idleWatchMs);
    expect(made.mastership.tenure()).toMatchObject({ kind: 'in-office', epoch: 3 });
    await made.cluster.clock.advance(10 * leaseMs);
    expect(new Set(eventsOf(made, 'RequestGrant')).size).toBe(eventsOf(made, 'RequestGrant').length);
    expect(made.mastership.tenure()).toMatchObject({ kind: 'in-office', epoch: 3 });
  });

  it('is written into the history as what it was', async () => {
    const made = await lost(on);
    await made.cluster.clock.advance(2 * leaseMs);
    const { history } = made.cluster.node(2).text?.ours ?? { history: [] };
    expect(history.at(-1)).toMatchObject({ how: 'automatic-failover', epoch: 3 });
  });

  it.each([
    ['it is off', {}],
    ['it is paused for long', { ...on, pausedUntilSeconds: 4e9 }],
    ['it is paused without end', { ...on, pausedUntilSeconds: null }],
  ])('is left to an administrator while %s', async (_why, given) => {
    const made = await lost(given);
    await made.cluster.clock.advance(20 * leaseMs);
    expect(eventsOf(made, 'RequestGrant')).toEqual([]);
    expect(made.mastership.tenure().kind).toBe('standby');
  });

  it('is none while the master renews its lease', async () => {
    const master = await inOffice();
    const heir = await sceneIn(master.cluster, 2);
    await heir.publish(await master.mastership.change((present, now) => withParameters(present, on, now)));
    const { mastership } = watch(heir);
    await master.cluster.clock.advance(20 * leaseMs);
    expect(mastership.tenure()).toMatchObject({ kind: 'standby', why: 'node1.lab.test is master' });
    expect(master.mastership.tenure()).toMatchObject({ kind: 'in-office', epoch: 2 });
  });

  it('BEH-079 through a cut: the old master is out of office before the new one is in', async () => {
    const old = await inOffice();
    const { cluster } = old;
    const heir = await sceneIn(cluster, 2);
    await heir.publish(await old.mastership.change((present, now) => withParameters(present, on, now)));
    const { mastership } = watch(heir);
    await cluster.clock.advance(leaseMs);
    cutOff(old, 1);
    cluster.isolate(1);
    for (let passedMs = 0; mastership.tenure().kind === 'standby' && passedMs < 5 * leaseMs; passedMs += 10) {
      await cluster.clock.advance(10);
    }
    expect(mastership.tenure()).toMatchObject({ kind: 'in-office', epoch: 3 });
    expect([old.mastership.tenure().kind, old.mastership.leaseLeftMs()]).toEqual(['standby', 0]);
  });
});
