/** The master IP while the office is held: what goes wrong with it is put right, and what an administrator wants of it is done. */
import { ClusterError } from '@quorate/domain/errors';
import { timings } from '@quorate/domain/timings';
import { describe, expect, it } from 'vitest';
import { node1 } from './testing/memory-node.ts';
import { address, host, namesMe, namesOther, type Host } from './testing/office-host.ts';

const messagesOf = ({ log }: Host) => log.lines.map(({ message }) => message);

/** Node 1 in office in epoch 2, one look taken; what was done to get there is forgotten. */
async function held(changes: Partial<Host> = {}): Promise<Host> {
  const made = await host(namesMe, changes);
  await made.office.take(2, 3_000);
  await made.office.hold(2, 3_000);
  made.done.length = 0;
  return made;
}
const kept = `keep ${address} for 3 s`;

describe('an address in office', () => {
  it.each([
    ['is gone', { isUp: false }, 'gone although'],
    ['has another mask, or is on another device', { isRight: false }, 'not on its device with its mask'],
  ])('that %s is put right at once, and logged', async (_what, change, words) => {
    const made = await held();
    Object.assign(made, change);
    expect(await made.office.hold(2, 3_000)).toMatchObject({ masterIpHere: true });
    expect(made.done).toEqual([`raise ${address} for 3 s, asking nobody`]);
    expect(messagesOf(made)).toContainEqual(expect.stringContaining(words));
    await made.office.hold(2, 3_000);
    expect(made.done.slice(1)).toEqual([kept]);
  });

  it('that the master daemon finds gone first is logged all the same', async () => {
    const made = await held();
    made.isUp = false;
    await made.office.take(2, 3_000);
    expect(messagesOf(made)).toContainEqual(expect.stringContaining('gone although'));
  });

  it('is left alone when the lease is over, whatever it looks like', async () => {
    const made = await held();
    made.isRight = false;
    await made.clock.advance(3_000);
    await made.office.hold(2, 2_999).catch(() => undefined);
    expect(made.done).not.toContainEqual(expect.stringContaining('raise'));
  });

  it.each([
    ['went and came back between two looks', [{ up: true, changes: 4 }]],
    [
      'was gone for a while',
      [
        { up: false, changes: 3 },
        { up: false, changes: 3 },
        { up: true, changes: 4 },
      ],
    ],
    [
      'was taken down and up by hand, which no carrier noticed',
      [
        { up: false, changes: 2 },
        { up: true, changes: 2 },
      ],
    ],
  ])('is announced once more when its link %s', async (_what, links) => {
    const made = await held();
    for (const link of links) {
      made.link = link;
      await made.office.hold(2, 3_000);
    }
    await made.office.hold(2, 3_000);
    expect(made.done.filter((each) => each !== kept)).toEqual([`announce ${address}`]);
    expect(messagesOf(made)).toContain('the link came back: announcing the address again');
  });
});

it('an address that could not be raised for the office says why, until it is up', async () => {
  const made = await host(namesMe, { isUp: false });
  made.beforeRaise = () => Promise.reject(new ClusterError('ADDRESS_IN_USE', 'another host has it'));
  await expect(made.office.take(2, 3_000)).rejects.toThrow('another host has it');
  expect(await made.office.addressReport()).toMatchObject({ here: false, problem: 'another host has it' });
  made.beforeRaise = () => Promise.resolve();
  await made.office.take(2, 3_000);
  expect(await made.office.addressReport()).toMatchObject({ here: true, problem: '' });
});

describe('an address lowered by command', () => {
  it('stays down, whatever the lease does, until it is raised by command', async () => {
    const made = await held();
    expect(await made.office.lowerAddress()).toBe(false);
    expect(await made.office.hold(2, 4_000)).toMatchObject({ masterIpHere: false, masterIpLowered: true });
    expect(await made.office.take(2, 4_000)).toMatchObject({ masterIpHere: false, masterIpLowered: true });
    expect(made.done.filter((each) => each.startsWith('raise'))).toEqual([]);
    expect(await made.office.raiseAddress()).toBe(true);
    expect(await made.office.hold(2, 4_000)).toMatchObject({ masterIpHere: true, masterIpLowered: false });
  });

  it('is raised by the next office', async () => {
    const made = await held();
    await made.office.lowerAddress();
    await made.acknowledge({ epoch: 3, master: { node: node1, epoch: 3 } });
    expect(await made.office.take(3, 5_000)).toMatchObject({ masterIpHere: true, masterIpLowered: false });
  });

  it('is not taken for lowered when that failed', async () => {
    const made = await held();
    made.addressFault = new ClusterError('COMMAND_FAILED', 'ip is not there');
    await expect(made.office.lowerAddress()).rejects.toThrow('ip is not there');
    expect(await made.office.observe()).toMatchObject({ masterIpHere: true, masterIpLowered: false });
  });

  it('goes on a host without the office too, and is not raised there', async () => {
    const made = await host(namesOther);
    await expect(made.office.raiseAddress()).rejects.toMatchObject({
      reason: 'NOT_MASTER',
      hint: expect.stringContaining('node2'),
    });
    expect(await made.office.lowerAddress()).toBe(false);
  });
});

describe('a hook', () => {
  const hookFault = new ClusterError('COMMAND_FAILED', 'the switch says no');
  it.each([
    ['raised', 'turnup', (made: Host) => made.office.raiseAddress()],
    ['lowered', 'turndown', (made: Host) => made.office.lowerAddress()],
    ['raised for an office', 'turnup', (made: Host) => made.office.take(2, 4_000)],
  ])('BEH-315 that objects keeps the address from being %s', async (_what, change, act) => {
    const made = await held();
    made.hookFault = hookFault;
    await expect(act(made)).rejects.toThrow('the switch says no');
    expect(made.done).toEqual([`hook before ${change}`]);
  });

  it('is not asked when the office ends', async () => {
    const made = await held();
    made.hookFault = hookFault;
    await made.office.leave(3, node1);
    expect(made.done[0]).toBe(`lower ${address}`);
  });
});

describe('an address held otherwise, because the configuration is about to say so', () => {
  const other = { netmask: 24, device: 'eth1' };

  it('is so at once, and stays so while the configuration is on its way', async () => {
    const made = await held();
    expect(await made.office.changeAddress(other)).toBe(true);
    expect(made.raisedAs).toMatchObject({ ...other, address });
    await made.office.hold(2, 4_000);
    expect(made.done.at(-1)).toBe(`keep ${address} for 4 s`);
    expect(made.keptAs).toMatchObject(other);
  });

  it('goes back when no configuration comes that says so', async () => {
    const made = await held();
    await made.office.changeAddress(other);
    await made.clock.advance(timings.addressChangeMs);
    await made.office.hold(2, timings.addressChangeMs + 3_000);
    expect(made.keptAs?.device).not.toBe('eth1');
  });

  it('goes back at once when it cannot be held so, and the caller hears why', async () => {
    const made = await held();
    made.beforeRaise = () => {
      made.beforeRaise = () => Promise.resolve();
      return Promise.reject(new ClusterError('HOST_UNFIT', 'There is no network device eth1'));
    };
    await expect(made.office.changeAddress(other)).rejects.toMatchObject({ reason: 'HOST_UNFIT' });
    expect(made.done).toEqual([`raise ${address} for 3 s, asking nobody`]);
    expect(made.raisedAs?.device).not.toBe('eth1');
  });

  it('is not for a host without the office', async () => {
    const made = await host(namesOther);
    await expect(made.office.changeAddress(other)).rejects.toMatchObject({ reason: 'NOT_MASTER' });
  });
});
