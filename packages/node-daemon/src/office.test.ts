/** The office of one host: who may take it or end it, and that what is answered is what is seen. */
import { ClusterError } from '@quorate/domain/errors';
import { describe, expect, it } from 'vitest';
import { node1, node2 } from './testing/memory-node.ts';
import {
  address,
  host,
  inOffice,
  inStandby,
  namesMe,
  namesOther,
  notRunning,
  silent,
} from './testing/office-host.ts';

/** The virtual clock begins at 0. */
const untilMs = 3_000;
const services = (epoch: number) => `start services of node1.test ${epoch}`;
/** All that is done when the office is given up. */
const given = (epoch: number) => [`lower ${address}`, `stand down ${epoch}`, `stop services ${epoch}`];

describe('taking office', () => {
  it('raises the address and answers with what is seen', async () => {
    const { office, done } = await host(namesMe, { isUp: false, daemon: inStandby });
    const seen = await office.take(2, untilMs);
    expect(seen).toEqual({
      ...{ masterDaemon: 'MASTER_DAEMON_STATE_STANDBY', masterIpHere: true, epoch: 0 },
      masterIpLowered: false,
    });
    expect(done).toEqual([`raise ${address} for 3 s`, services(2)]);
  });

  it.each([
    ['another node is recorded', namesOther, 2, 'NOT_MASTER'],
    ['it is recorded in another epoch', namesMe, 3, 'NOT_MASTER'],
    [
      'it was granted the epoch and has recorded nothing yet',
      { epoch: 2, grantedTo: node1 },
      2,
      'NOT_MASTER',
    ],
    ['BEH-087 no master is recorded', { epoch: 2, master: null }, 2, 'NOT_MASTER'],
    ['BEH-294 a later epoch has been seen', { ...namesMe, epoch: 5 }, 2, 'EPOCH_TOO_OLD'],
  ])('is refused while %s', async (_when, record, epoch, reason) => {
    const { office, done } = await host(record, { isUp: false });
    await expect(office.take(epoch, untilMs)).rejects.toMatchObject({ reason });
    expect(done).toEqual([]);
  });

  it('fails if the address cannot be raised', async () => {
    const addressFault = new ClusterError('ADDRESS_IN_USE', 'another host answers for it');
    const { office } = await host(namesMe, { isUp: false, addressFault });
    await expect(office.take(2, untilMs)).rejects.toMatchObject({ reason: 'ADDRESS_IN_USE' });
  });
});

describe('leaving office', () => {
  it.each([
    ['the node itself', {}, 1, node1],
    ['a master of a higher epoch', {}, 2, node2],
    ['the one this node granted the epoch', { epoch: 2, grantedTo: node2 }, 2, node2],
  ])('is asked for by %s', async (_who, record, epoch, asker) => {
    const { office, done } = await host(record);
    expect(await office.leave(epoch, asker)).toMatchObject({ masterIpHere: false, epoch: 0 });
    expect(done).toEqual(given(epoch));
  });

  it.each([
    ['another node in the same epoch', { epoch: 1 }, 1, node2],
    ['a master of an epoch that is over', { epoch: 3 }, 2, node2],
  ])('BEH-078 BEH-294 is refused to %s, which is told the epoch', async (_who, record, epoch, asker) => {
    const { office, done } = await host(record);
    await expect(office.leave(epoch, asker)).rejects.toMatchObject({
      reason: 'EPOCH_TOO_OLD',
      facts: { epoch: String(record.epoch) },
    });
    expect(done).toEqual([]);
  });

  it('BEH-311 left already is success', async () => {
    const { office } = await host({}, { isUp: false, daemon: notRunning });
    expect(await office.leave(2, node2)).toEqual({
      masterDaemon: 'MASTER_DAEMON_STATE_NOT_RUNNING',
      masterIpHere: false,
      masterIpLowered: false,
      epoch: 0,
    });
  });

  it('BEH-082 of a master daemon that says nothing is answered as seen, not as done', async () => {
    const { office, log } = await host({}, { daemon: silent });
    expect(await office.leave(2, node2)).toMatchObject({
      masterDaemon: 'MASTER_DAEMON_STATE_SILENT',
      masterIpHere: false,
    });
    expect(log.lines.map((line) => line.message)).toContainEqual(expect.stringContaining('did not confirm'));
  });

  it('ends the master daemon’s office although the address cannot be lowered', async () => {
    const addressFault = new ClusterError('COMMAND_FAILED', 'ip is not there');
    const { office, done } = await host({}, { addressFault });
    await expect(office.leave(2, node2)).rejects.toMatchObject({ reason: 'COMMAND_FAILED' });
    expect(done).toEqual(given(2));
    expect((await office.observe()).masterDaemon).toBe('MASTER_DAEMON_STATE_STANDBY');
  });
});

describe('following the record', () => {
  const nothing: readonly string[] = [];
  const everything = given(2);
  it.each([
    ['BEH-078 another node is named: address and daemon go', namesOther, true, inOffice, everything],
    ['another node is named, the address alone is here', namesOther, true, notRunning, everything],
    ['another node is named, the daemon alone is in office', namesOther, false, inOffice, everything],
    ['another node is named, nothing is held here', namesOther, false, inStandby, nothing],
    ['nobody is named any more', { ...namesOther, master: null }, true, inOffice, everything],
    ['this node is named', namesMe, true, inOffice, nothing],
    [
      'an epoch is granted away, its master not yet recorded',
      { epoch: 2, grantedTo: node2 },
      true,
      inOffice,
      nothing,
    ],
  ])('%s', async (_when, record, isUp, daemon, expected) => {
    const { office, done } = await host(record, { isUp, daemon });
    await office.followRecord();
    expect(done).toEqual(expected);
  });

  it('never rejects: what fails is logged', async () => {
    const addressFault = new ClusterError('COMMAND_FAILED', 'ip is not there');
    const { office, log } = await host(namesOther, { addressFault });
    await expect(office.followRecord()).resolves.toBeUndefined();
    expect(log.lines.at(-1)).toMatchObject({
      level: 'warn',
      fields: { error: expect.stringContaining('ip is not there') },
    });
  });
});

describe('what is seen', () => {
  it.each([
    ['MASTER_DAEMON_STATE_IN_OFFICE', inOffice, 1],
    ['MASTER_DAEMON_STATE_STANDBY', inStandby, 0],
    ['MASTER_DAEMON_STATE_SILENT', silent, 0],
    ['MASTER_DAEMON_STATE_NOT_RUNNING', notRunning, 0],
  ] as const)('%s', async (masterDaemon, daemon, epoch) => {
    const { office } = await host({}, { daemon, isUp: false });
    expect(await office.observe()).toEqual({
      ...{ masterDaemon, masterIpHere: false, masterIpLowered: false, epoch },
    });
  });
});

it('one change of the office is over before the next begins', async () => {
  const { office, done } = await host(namesMe);
  await Promise.all([office.leave(3, node2), office.take(2, untilMs)]);
  expect(done).toEqual([...given(3), `raise ${address} for 3 s`, services(2)]);
});
