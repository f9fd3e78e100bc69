/** The end of an office without anybody asking: what a lease does to the address, the daemon and the services. */
import { ClusterError } from '@quorate/domain/errors';
import { timings } from '@quorate/domain/timings';
import { afterEach, describe, expect, it } from 'vitest';
import { gate } from './testing/gate.ts';
import { node1 } from './testing/memory-node.ts';
import { address, host, inStandby, namesMe, silent, type Host } from './testing/office-host.ts';

const leaseMs = 3_000;
/** All that is done when the office is given up. */
const given = [`lower ${address}`, 'stand down 2', 'stop services 2'];
const messagesOf = ({ log }: Host) => log.lines.map(({ message }) => message);

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const ending of endings.splice(0)) await ending();
});

/** Node 1 in office in epoch 2, its lease just begun; what was done to get there is forgotten. */
async function held(changes: Partial<Host> = {}, watchdog?: { pet(): boolean }): Promise<Host> {
  const made = await host(namesMe, changes);
  const ending = new AbortController();
  const ended = made.office.watch(ending.signal, watchdog);
  endings.push(() => {
    ending.abort();
    return ended;
  });
  await made.office.take(2, leaseMs);
  made.done.length = 0;
  return made;
}

describe('the end of the lease', () => {
  it('BEH-079 BEH-098 ends everything, without anybody asking', async () => {
    const made = await held();
    await made.clock.advance(leaseMs - 1);
    expect(made.done).toEqual([]);
    await made.clock.advance(1);
    expect(made.done).toEqual(given);
    expect(await made.office.observe()).toMatchObject({
      masterDaemon: 'MASTER_DAEMON_STATE_STANDBY',
      masterIpHere: false,
    });
    expect(messagesOf(made)).toContain('the lease is over: leaving office');
  });

  it('comes once', async () => {
    const made = await held();
    await made.clock.advance(5 * leaseMs);
    expect(made.done).toEqual(given);
  });

  it('BEH-098 takes the address from a master daemon that says nothing any more', async () => {
    const made = await held({ daemon: silent });
    await made.clock.advance(leaseMs);
    expect(made.done).toEqual(given);
    expect(made.isUp).toBe(false);
  });

  it('does not come to a host that holds nothing', async () => {
    const made = await host(namesMe, { isUp: false, daemon: inStandby });
    const ending = new AbortController();
    const ended = made.office.watch(ending.signal);
    await made.clock.advance(10 * leaseMs);
    ending.abort();
    await ended;
    expect(made.done).toEqual([]);
  });

  it('does not come again after the office was left', async () => {
    const made = await held();
    await made.office.leave(2, node1);
    made.done.length = 0;
    await made.clock.advance(2 * leaseMs);
    expect(made.done).toEqual([]);
  });

  it('is acted on after a freeze of the whole host too', async () => {
    const made = await held();
    await made.clock.advance(60_000);
    expect(made.isUp).toBe(false);
  });
});

describe('a hold', () => {
  it('extends the office', async () => {
    const made = await held();
    await made.clock.advance(2_000);
    await made.office.hold(2, 5_000);
    await made.clock.advance(2_999);
    expect(made.isUp).toBe(true);
    await made.clock.advance(1);
    expect(made.isUp).toBe(false);
  });

  it('that was overtaken never shortens it', async () => {
    const made = await held();
    await Promise.all([made.office.hold(2, 5_000), made.office.hold(2, 4_000)]);
    await made.clock.advance(4_999);
    expect(made.isUp).toBe(true);
    await made.clock.advance(1);
    expect(made.isUp).toBe(false);
  });

  it.each([
    [3_000, 3],
    [2_999, 2],
    [1_000, 1],
    [999, 0],
  ])('asks %i ms before the end for %i s of life by the kernel', async (leftMs, seconds) => {
    const made = await held();
    await made.clock.advance(leaseMs - leftMs);
    await made.office.hold(2, leaseMs);
    expect(made.done).toEqual([`keep ${address} for ${seconds} s`]);
  });

  it('raises an address again that the kernel took, and asks nobody for it', async () => {
    const made = await held();
    made.isUp = false;
    expect(await made.office.hold(2, 4_000)).toMatchObject({ masterIpHere: true });
    expect(made.done).toEqual([`raise ${address} for 4 s, asking nobody`]);
    expect(messagesOf(made)).toContainEqual(expect.stringContaining('raising it again'));
    await made.office.hold(2, 4_500);
    expect(made.done.slice(1)).toEqual([`keep ${address} for 4 s`]);
  });

  it('raises it when there is a whole second for it, not before', async () => {
    const made = await held();
    await made.clock.advance(2_500);
    made.isUp = false;
    expect(await made.office.hold(2, 3_499)).toMatchObject({ masterIpHere: false });
    expect(made.done).toEqual([]);
    expect(await made.office.hold(2, 3_500)).toMatchObject({ masterIpHere: true });
    expect(made.done).toEqual([`raise ${address} for 1 s, asking nobody`]);
  });

  it('raises it as often as the kernel takes it', async () => {
    const made = await held();
    for (const untilMs of [4_000, 4_500, 5_000]) {
      made.isUp = false;
      expect(await made.office.hold(2, untilMs)).toMatchObject({ masterIpHere: true });
    }
    expect(made.done).toHaveLength(3);
  });

  it('tries again later what failed, ever less often, says it once, and asks then', async () => {
    const made = await held();
    Object.assign(made, { isUp: false, beforeRaise: () => Promise.reject(new Error('no such device')) });
    for (const untilMs of [4_000, 4_001, 4_002])
      expect(await made.office.hold(2, untilMs)).toMatchObject({ masterIpHere: false });
    const failed = messagesOf(made).filter((message) => message === 'the address could not be raised again');
    expect(failed).toHaveLength(1);
    expect(await made.office.addressReport()).toMatchObject({ problem: 'no such device' });
    made.beforeRaise = () => Promise.resolve();
    await made.clock.advance(timings.probeFirstMs);
    expect(await made.office.hold(2, 5_000)).toMatchObject({ masterIpHere: true });
    expect(made.done).toEqual([`raise ${address} for 4 s`]);
    expect(await made.office.addressReport()).toMatchObject({ problem: '' });
  });

  it('does not raise what was never up, as if another host answered for it', async () => {
    const made = await host(namesMe, { isUp: false });
    made.beforeRaise = () => Promise.reject(new Error('another host has it'));
    await expect(made.office.take(2, leaseMs)).rejects.toThrow('another host');
    made.beforeRaise = () => Promise.resolve();
    expect(await made.office.hold(2, 4_000)).toMatchObject({ masterIpHere: false });
    expect(made.done).toEqual([]);
  });

  it('does not raise what was lowered by hand', async () => {
    const made = await held();
    await made.office.lowerAddress();
    expect(await made.office.hold(2, 4_000)).toMatchObject({ masterIpHere: false });
    expect(made.done).toEqual([`lower ${address}`]);
  });

  it('that was frozen while it raised the address takes it down', async () => {
    const made = await held();
    Object.assign(made, { isUp: false, beforeRaise: () => made.clock.advance(60_000) });
    expect(await made.office.hold(2, 4_000)).toMatchObject({ masterIpHere: false });
    expect(made.isUp).toBe(false);
    expect(made.done.slice(-3)).toEqual(given);
  });

  it('that arrives after its time is over, as after a freeze, ends the office and raises nothing', async () => {
    const made = await host(namesMe);
    await made.clock.advance(10_000);
    expect(await made.office.hold(2, 9_000)).toEqual({
      ...{ masterIpHere: false, masterDaemon: 'MASTER_DAEMON_STATE_STANDBY', epoch: 0 },
      masterIpLowered: false,
    });
    expect(made.done).toEqual([`keep ${address} for 0 s`, ...given]);
  });

  it('that was frozen on its way to the kernel takes down what it may have put back', async () => {
    const made = await held();
    made.beforeKeep = () => {
      made.beforeKeep = () => Promise.resolve();
      return made.clock.advance(60_000);
    };
    expect(await made.office.hold(2, 4_000)).toMatchObject({ masterIpHere: false });
    expect(made.isUp).toBe(false);
    expect(made.done.slice(-3)).toEqual(given);
  });

  it('heard of while the end waited for its turn keeps the office', async () => {
    const made = await held();
    const kernel = gate();
    made.beforeKeep = () => kernel.passed;
    const first = made.office.hold(2, leaseMs);
    await made.clock.advance(leaseMs);
    made.beforeKeep = () => Promise.resolve();
    const second = made.office.hold(2, 6_000);
    await made.clock.advance(0);
    kernel.open();
    await Promise.all([first, second]);
    await made.clock.advance(0);
    expect(made.isUp).toBe(true);
    expect(made.done).not.toContain('stand down 2');
  });

  it.each([
    ['of an epoch that is over', 1, 'EPOCH_TOO_OLD'],
    ['of an epoch of which nothing is recorded', 3, 'NOT_MASTER'],
  ])('BEH-078 %s is refused and extends nothing', async (_what, epoch, reason) => {
    const made = await held();
    await expect(made.office.hold(epoch, 60_000)).rejects.toMatchObject({ reason });
    await made.clock.advance(leaseMs);
    expect(made.isUp).toBe(false);
  });
});

describe('an address that could not be lowered', () => {
  const addressFault = new ClusterError('COMMAND_FAILED', 'ip is not there');
  const lowered = (made: Host) => made.done.filter((each) => each === `lower ${address}`).length;

  it('at the end of the lease is lowered later, and the rest is not done again', async () => {
    const made = await held({});
    made.addressFault = addressFault;
    await made.clock.advance(leaseMs);
    expect(made.done).toEqual(given);
    expect(made.isUp).toBe(true);
    made.addressFault = undefined;
    await made.clock.advance(timings.idleWatchMs);
    expect(made.isUp).toBe(false);
    expect(made.done).toEqual([...given, `lower ${address}`]);
    expect(messagesOf(made)).toContain('the address is down now');
    await made.clock.advance(10 * leaseMs);
    expect(lowered(made)).toBe(2);
  });

  it('is tried again for as long as it takes, ever less often, once a second in the end', async () => {
    const made = await held({});
    made.addressFault = addressFault;
    await made.clock.advance(leaseMs + timings.probeMaxMs);
    expect(lowered(made)).toBeGreaterThan(3);
    const before = lowered(made);
    await made.clock.advance(60 * timings.probeMaxMs);
    expect(lowered(made) - before).toBeGreaterThan(50);
    expect(lowered(made) - before).toBeLessThanOrEqual(60);
  });

  it('when somebody else ended the office is lowered later too', async () => {
    const made = await held({});
    made.addressFault = addressFault;
    await expect(made.office.leave(2, node1)).rejects.toThrow('ip is not there');
    made.addressFault = undefined;
    await made.clock.advance(timings.idleWatchMs);
    expect(made.isUp).toBe(false);
  });

  it('stays when the office was taken again meanwhile', async () => {
    const made = await held({});
    made.addressFault = addressFault;
    await expect(made.office.leave(2, node1)).rejects.toThrow('ip is not there');
    made.addressFault = undefined;
    await made.acknowledge({ epoch: 3, master: { node: node1, epoch: 3 } });
    await made.office.take(3, leaseMs);
    await made.clock.advance(leaseMs - 1);
    expect(made.isUp).toBe(true);
    expect(lowered(made)).toBe(1);
  });
});

describe('an office that was given up', () => {
  it.each([
    ['at the end of its lease', (made: Host) => made.clock.advance(leaseMs)],
    ['because it was asked for', (made: Host) => made.office.leave(2, node1)],
  ])('%s is over: a renewal that comes late brings nothing back', async (_why, end) => {
    const made = await held();
    await end(made);
    made.done.length = 0;
    const late = { reason: 'LEASE_LOST', message: 'This host has given the office of epoch 2 up' };
    await expect(made.office.hold(2, 3 * leaseMs)).rejects.toMatchObject(late);
    await expect(made.office.take(2, 3 * leaseMs)).rejects.toMatchObject(late);
    expect([made.done, made.isUp]).toEqual([[], false]);
  });

  it('is taken in a later epoch, even if that was granted before the old one ended', async () => {
    const made = await held();
    await made.acknowledge({ epoch: 3, grantedTo: node1, master: { node: node1, epoch: 2 } });
    await made.clock.advance(leaseMs);
    await made.acknowledge({ epoch: 3, grantedTo: node1, master: { node: node1, epoch: 3 } });
    await made.office.take(3, 2 * leaseMs);
    expect(made.isUp).toBe(true);
  });
});

describe('taking office', () => {
  it('gives the kernel what is left when the address is added, not what was left before', async () => {
    const made = await host(namesMe, { isUp: false });
    made.beforeRaise = () => made.clock.advance(1_500);
    await made.office.take(2, leaseMs);
    expect(made.done[0]).toBe(`raise ${address} for 1 s`);
  });

  it.each([
    ['before the address was raised', 3_000, 0, given],
    ['while it was raised', 0, 3_000, [`raise ${address} for 0 s`, ...given]],
  ])('fails when its lease is over %s, and leaves nothing up', async (_when, beforeMs, duringMs, done) => {
    const made = await host(namesMe, { isUp: false });
    await made.clock.advance(beforeMs);
    made.beforeRaise = () => made.clock.advance(duringMs);
    await expect(made.office.take(2, leaseMs)).rejects.toMatchObject({ reason: 'LEASE_LOST' });
    expect(made.done).toEqual(done);
    expect(made.isUp).toBe(false);
  });

  it('that could not raise the address still ends with the lease', async () => {
    const made = await held();
    made.beforeRaise = () => Promise.reject(new Error('no such device'));
    await expect(made.office.take(2, 4_000)).rejects.toThrow('no such device');
    await made.clock.advance(4_000);
    expect(made.done).toEqual(given);
  });
});

describe('the watchdog', () => {
  it('is petted by the loop, in office or not, and by nothing else', async () => {
    let pets = 0;
    const made = await host(namesMe);
    const ending = new AbortController();
    const ended = made.office.watch(ending.signal, { pet: () => (pets += 1) > 0 });
    await made.clock.advance(0);
    const before = pets;
    await made.office.take(2, leaseMs);
    await made.office.hold(2, leaseMs);
    await made.office.followRecord();
    expect(pets).toBe(before);
    await made.clock.advance(10 * timings.idleWatchMs);
    expect(pets).toBe(before + 10);
    ending.abort();
    await ended;
    await made.clock.advance(10 * timings.idleWatchMs);
    expect(pets).toBe(before + 10);
  });

  it('is petted no more while the office cannot be given up, so that the host restarts', async () => {
    let pets = 0;
    const made = await held({}, { pet: () => (pets += 1) > 0 });
    const kernel = gate();
    made.beforeKeep = () => kernel.passed;
    const hold = made.office.hold(2, leaseMs);
    await made.clock.advance(leaseMs);
    const before = pets;
    await made.clock.advance(60_000);
    expect(pets).toBe(before);
    kernel.open();
    await hold;
    await made.clock.advance(timings.idleWatchMs);
    expect(pets).toBeGreaterThan(before);
  });
});

describe('after a restart of the node daemon', () => {
  it('the recorded master counts as in office for the longest lease, and then gives up what was left behind', async () => {
    const made = await host({ ...namesMe, longestLeaseMs: leaseMs });
    const ending = new AbortController();
    const ended = made.office.watch(ending.signal);
    endings.push(() => {
      ending.abort();
      return ended;
    });
    await made.office.begin();
    await made.clock.advance(leaseMs - 1);
    expect(made.done).toEqual([]);
    await made.clock.advance(1);
    expect(made.done).toEqual(given);
  });

  it('a node that is not the master stops the services of the site', async () => {
    const made = await host({ ...namesMe, master: null }, { isUp: false, daemon: inStandby });
    await made.office.begin();
    expect(made.done).toEqual(['stop services 2']);
  });
});
