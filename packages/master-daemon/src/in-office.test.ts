/** One look of a master at its cluster: who was elected meanwhile, and where the address is. */
import { uuidOf } from '@quorate/domain/testing/drafts';
import { describe, expect, it } from 'vitest';
import { keepAddress, lookAfter } from './in-office.ts';
import { inOfficeWith } from './tenure.ts';
import { daemonScene, type DaemonScene } from './testing/daemon-scene.ts';

/** That node has acknowledged another master, of that epoch. */
function follows({ cluster }: DaemonScene, number: number, master: number, epoch: number): void {
  const { voter } = cluster.node(number);
  const mastership = { node: uuidOf('node', master), epoch };
  Object.assign(cluster.node(number), {
    voter: { ...voter, epoch, grantedTo: mastership.node, master: mastership },
  });
}

const looked = async ({ access, cluster }: DaemonScene) =>
  (await lookAfter(access, inOfficeWith(cluster.record))).tenure;

describe('a look in office', () => {
  it('at a cluster that follows changes nothing', async () => {
    const { cluster, access } = await daemonScene();
    const office = inOfficeWith(cluster.record);
    expect(await lookAfter(access, office)).toEqual({ tenure: office, highestPromised: 1 });
    expect(cluster.events.every((event) => event.includes('GetVote'))).toBe(true);
  });

  it('BEH-078 BEH-098 that finds a later master leaves office at once, address and all', async () => {
    const scene = await daemonScene();
    follows(scene, 3, 2, 2);
    expect(await looked(scene)).toEqual({
      kind: 'standby',
      why: 'node2.lab.test was made master in epoch 2',
    });
    expect(scene.answers('LeaveOffice')).toEqual(['1 ok']);
    expect(scene.cluster.node(1).masterIpHere).toBe(false);
  });

  it('leaves office for a master it does not know yet', async () => {
    const scene = await daemonScene();
    follows(scene, 3, 9, 2);
    expect(await looked(scene)).toMatchObject({
      kind: 'standby',
      why: expect.stringContaining(uuidOf('node', 9)),
    });
  });

  it('leaves office although its own node daemon does not answer', async () => {
    const scene = await daemonScene();
    follows(scene, 2, 2, 2);
    scene.cluster.isolate(1);
    expect(await looked(scene)).toMatchObject({
      kind: 'standby',
    });
  });

  it('stays in office while a later epoch is granted and nobody master in it, and tells of it', async () => {
    const scene = await daemonScene();
    scene.cluster.node(2).voter = { ...scene.cluster.node(2).voter, epoch: 2, grantedTo: uuidOf('node', 2) };
    expect(await lookAfter(scene.access, inOfficeWith(scene.cluster.record))).toMatchObject({
      tenure: { kind: 'in-office' },
      highestPromised: 2,
    });
  });

  it('stays in office without a majority, and shows who lags', async () => {
    const scene = await daemonScene();
    scene.cluster.isolate(2, 3);
    expect(await looked(scene)).toMatchObject({
      kind: 'in-office',
      lagging: [uuidOf('node', 2), uuidOf('node', 3)],
    });
  });
});

describe('the address', () => {
  it.each([
    ['that is here is left alone', true, []],
    ['that is gone is raised again', false, ['1 ok']],
  ])('%s', async (_what, masterIpHere, taken) => {
    const { cluster, access, answers } = await daemonScene();
    cluster.node(1).masterIpHere = masterIpHere;
    await keepAddress(access, inOfficeWith(cluster.record), access.clock.monotonicMs() + 1);
    expect(answers('TakeOffice')).toEqual(taken);
    expect(cluster.node(1).masterIpHere).toBe(true);
  });

  it('that was lowered by command is left down', async () => {
    const { cluster, access, answers } = await daemonScene();
    const lowered = { masterIpHere: false, masterIpLowered: true, masterDaemon: 'x', epoch: 2 };
    cluster.on(1, 'GetOffice', () => ({ observed: lowered }));
    await keepAddress(access, inOfficeWith(cluster.record), access.clock.monotonicMs() + 1);
    expect(answers('TakeOffice')).toEqual([]);
  });

  it('BEH-079 that is gone is not raised again without a lease', async () => {
    const { cluster, access, answers } = await daemonScene();
    cluster.node(1).masterIpHere = false;
    await keepAddress(access, inOfficeWith(cluster.record), access.clock.monotonicMs());
    expect(answers('TakeOffice')).toEqual([]);
  });
});
