/** A master daemon that holds no office: when it may take up the one it already owns. */
import { laterRecord } from '@quorate/bootstrap/testing/fake-cluster';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { leaseBounds } from '@quorate/domain/lease';
import { uuidOf } from '@quorate/domain/testing/drafts';
import { describe, expect, it } from 'vitest';
import { reconsider, type AskLease } from './standby.ts';
import { inOfficeWith } from './tenure.ts';
import { daemonScene, gate, until, type DaemonScene } from './testing/daemon-scene.ts';

/** End of the lease on the virtual clock, which begins at 0. */
const untilMs = 2_000;

const look = ({ state, access }: DaemonScene, askLease: AskLease = () => Promise.resolve(untilMs)) =>
  reconsider(state, access, askLease);

/** One word per node: the number of the node it names master, with `@` its epoch; `-` nobody, `x` no answer. */
function votes({ cluster }: DaemonScene, line: string): void {
  for (const [i, word] of line.split(' ').entries()) {
    const [master, epoch = 1] = word.split('@').map(Number);
    const node = cluster.node(i + 1);
    const mastership = word === '-' ? null : { node: uuidOf('node', master), epoch: Number(epoch) };
    if (word === 'x') cluster.isolate(i + 1);
    else Object.assign(node, { voter: { ...node.voter, master: mastership, epoch: Number(epoch) } });
  }
}

/** These nodes hold, and have acknowledged, that record. */
function hold({ cluster }: DaemonScene, record: ClusterRecord, ...numbers: number[]): void {
  for (const number of numbers) {
    const node = cluster.node(number);
    Object.assign(node, { text: record, voter: { ...node.voter, version: record.version } });
  }
}

describe('a node that is not recorded as master', () => {
  it('BEH-087 stays in standby, says who is master, and asks nobody else', async () => {
    const scene = await daemonScene({ own: 2 });
    expect(await look(scene)).toEqual({ kind: 'standby', why: 'node1.lab.test is master' });
    expect(scene.cluster.events).toEqual(['2 GetVote', '2 GetVote ok']);
  });

  it('stays in standby when nobody is', async () => {
    const scene = await daemonScene();
    votes(scene, '- 1 1');
    expect(await look(scene)).toEqual({ kind: 'standby', why: 'no master is recorded' });
  });

  it('stays in standby while it is not among the nodes', async () => {
    const scene = await daemonScene({ own: 9 });
    expect(await look(scene)).toEqual({ kind: 'standby', why: 'it is not yet a node of cluster.lab.test' });
  });

  it('BEH-095 whose node daemon is down knows not even its own vote', async () => {
    const scene = await daemonScene();
    votes(scene, 'x 1 1');
    await expect(look(scene)).rejects.toMatchObject({ reason: 'UNREACHABLE' });
  });
});

describe('a node that is recorded as master', () => {
  it.each([
    ['1', 'alone in its cluster'],
    ['1 1 1', 'everybody names it'],
    ['1 1 x', 'BEH-090 two of three do'],
    ['1 - 1', 'one has no opinion'],
    ['1 1 1 x x', 'three of five do'],
  ])('%s takes office: %s', async (line) => {
    const scene = await daemonScene({ size: line.split(' ').length });
    votes(scene, line);
    scene.cluster.node(1).masterIpHere = false;
    const { record } = scene.cluster;
    expect(await look(scene)).toMatchObject({ kind: 'in-office', epoch: 1, record, pending: null });
    expect(scene.answers('TakeOffice')).toEqual(['1 ok']);
    expect(scene.cluster.node(1).masterIpHere).toBe(true);
  });

  it.each([
    [
      '1 x x',
      /2 of 3 votes needed for this node, 1 given.*node2\.lab\.test.*node3\.lab\.test/,
      'BEH-091 two are unknown',
    ],
    ['1 x', /2 of 2 votes needed.*node2\.lab\.test/, 'BEH-093 half is no majority'],
    ['1 1 3 3', /node3\.lab\.test is master in epoch 1/, 'BEH-092 an even split elects nobody'],
    [
      '1 1 2',
      /node2\.lab\.test is master in epoch 1/,
      'nor while there is a rival of its epoch, which no vote can make',
    ],
    ['1 1 2@2', /node2\.lab\.test is master in epoch 2/, 'BEH-078 a later master has been seen'],
    ['1 1 9@2', /is master in epoch 2/, 'nor one it does not know'],
    ['1 - -', /2 of 3 votes needed for this node, 1 given/, 'no opinion is no vote'],
  ])('%s stays in standby, %s: %s', async (line, why) => {
    const scene = await daemonScene({ size: line.split(' ').length });
    votes(scene, line);
    expect(await look(scene)).toEqual({ kind: 'standby', why: expect.stringMatching(why) });
    expect(scene.answers('TakeOffice')).toEqual([]);
  });

  it('BEH-094 takes office at a later look, when a missing voter has appeared', async () => {
    const scene = await daemonScene();
    votes(scene, '1 x x');
    expect(await look(scene)).toMatchObject({ kind: 'standby' });
    scene.cluster.heal(3);
    expect(await look(scene)).toMatchObject({ kind: 'in-office', lagging: [uuidOf('node', 2)] });
  });

  it('does not take office with an address that cannot be raised', async () => {
    const scene = await daemonScene();
    scene.cluster.on(1, 'TakeOffice', () => ({ observed: { masterIpHere: false } }));
    await expect(look(scene)).rejects.toMatchObject({ reason: 'POST_CONDITION_FAILED' });
  });
});

describe('the lease it asks for', () => {
  it('is that of the newest record, before anything else is done', async () => {
    const scene = await daemonScene();
    const newest = laterRecord(scene.cluster.record);
    hold(scene, newest, 2);
    const asked: unknown[] = [];
    await look(scene, ({ epoch, durationMs }) => {
      asked.push({ epoch, durationMs }, scene.answers('PutConfiguration'), scene.answers('TakeOffice'));
      return Promise.resolve(untilMs);
    });
    expect(asked.slice(0, 3)).toEqual([{ epoch: 1, durationMs: leaseBounds.usualMs }, [], []]);
  });

  it('is asked for again when all are up to date: that may have taken longer than the first', async () => {
    const scene = await daemonScene();
    const requests: unknown[] = [];
    scene.cluster.on(1, 'TakeOffice', (answer, { request }) => (requests.push(request), answer()));
    const ends = [1_000, 12_000];
    await look(scene, () => Promise.resolve(ends.shift() ?? null));
    expect(requests).toMatchObject([{ untilMonotonicUs: 12_000_000 }]);
  });

  it('that is gone by then leaves it in standby', async () => {
    const scene = await daemonScene();
    const ends = [1_000];
    expect(await look(scene, () => Promise.resolve(ends.shift() ?? null))).toMatchObject({ kind: 'standby' });
    expect(scene.answers('TakeOffice')).toEqual([]);
  });

  it('BEH-098 is what the office is taken with, and its end told to the node daemon', async () => {
    const scene = await daemonScene();
    const requests: unknown[] = [];
    scene.cluster.on(1, 'TakeOffice', (answer, { request }) => (requests.push(request), answer()));
    await look(scene);
    expect(requests).toMatchObject([{ epoch: 1, untilMonotonicUs: untilMs * 1000 }]);
  });

  const refused = () => Promise.resolve(null);

  it('is refused: standby, and the address is left alone', async () => {
    const scene = await daemonScene();
    expect(await look(scene, refused)).toEqual({
      kind: 'standby',
      why: 'a majority names it, and does not renew its lease',
    });
    expect([scene.answers('TakeOffice'), scene.answers('PutConfiguration')]).toEqual([[], []]);
  });

  it('is refused, and a voter has promised a later epoch: it must be elected anew', async () => {
    const scene = await daemonScene();
    const { voter } = scene.cluster.node(3);
    scene.cluster.node(3).voter = { ...voter, epoch: 2, grantedTo: uuidOf('node', 3) };
    expect(await look(scene, refused)).toMatchObject({ kind: 'standby', mustBeElected: true });
  });

  it('is not asked for by a node that no majority names', async () => {
    const scene = await daemonScene();
    votes(scene, '1 x x');
    const asked = () => Promise.reject(new Error('asked'));
    expect(await look(scene, asked)).toMatchObject({ kind: 'standby' });
  });
});

describe('the configuration it begins with', () => {
  it('is the newest: a change stored here before the restart is pushed on, and decided', async () => {
    const scene = await daemonScene();
    const newest = laterRecord(scene.cluster.record);
    hold(scene, newest, 1);
    await scene.publish(newest);
    expect(await look(scene)).toEqual(inOfficeWith(newest));
    expect(scene.answers('PutConfiguration')).toEqual(['2 ok', '3 ok']);
  });

  it('is pending until a majority has it', async () => {
    const scene = await daemonScene();
    const newest = laterRecord(scene.cluster.record);
    hold(scene, newest, 1);
    await scene.publish(newest);
    for (const n of [2, 3])
      scene.cluster.on(n, 'PutConfiguration', () => Promise.reject(new Error('disk full')));
    expect(await look(scene)).toMatchObject({
      kind: 'in-office',
      pending: { record: newest },
      lagging: [uuidOf('node', 2), uuidOf('node', 3)],
    });
  });

  it('BEH-055 is fetched from another candidate that has a newer one, and stored here', async () => {
    const scene = await daemonScene();
    const newest = laterRecord(scene.cluster.record);
    hold(scene, newest, 2);
    expect(await look(scene)).toEqual(inOfficeWith(newest));
    expect(scene.answers('GetConfiguration')).toEqual(['2 ok']);
    expect(scene.cluster.node(1).text).toEqual(newest);
  });

  it('is waited for, though a majority has named this node already', async () => {
    const scene = await daemonScene();
    const newest = laterRecord(scene.cluster.record);
    hold(scene, newest, 3);
    const late = gate();
    scene.cluster.on(3, 'GetVote', async (answer) => (await late.passed, answer()));
    const looked = look(scene);
    await until(() => scene.cluster.events.filter((event) => event.endsWith('GetVote ok')).length === 3);
    late.open();
    expect(await looked).toEqual(inOfficeWith(newest));
  });

  it('is nobody’s while no node that holds the newest answers', async () => {
    const scene = await daemonScene();
    hold(scene, laterRecord(scene.cluster.record), 2, 3);
    scene.cluster.node(2).text = null;
    scene.cluster.isolate(3);
    await expect(look(scene)).rejects.toMatchObject({ reason: 'NEWER_CONFIGURATION_ELSEWHERE' });
  });

  const damage = async ({ state }: DaemonScene) =>
    state.files.writeAtomic(state.layout.clusterRecord.path, '{"half":', { mode: 0o600 });

  it('comes from another candidate if the own one is damaged', async () => {
    const scene = await daemonScene();
    await damage(scene);
    scene.cluster.node(1).text = null;
    expect(await look(scene)).toEqual(inOfficeWith(scene.cluster.record));
    expect(scene.answers('PutConfiguration')).toEqual(['1 ok']);
  });

  it('is missing if the own one is damaged and nobody has another; the damage is told', async () => {
    const scene = await daemonScene({ size: 1 });
    await damage(scene);
    scene.cluster.node(1).text = null;
    await expect(look(scene)).rejects.toMatchObject({ reason: 'STATE_CORRUPT' });
  });
});
