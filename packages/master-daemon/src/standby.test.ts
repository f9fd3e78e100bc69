/** A master daemon that holds no office: when it may go for the one it already owns. */
import { uuidOf } from '@quorate/domain/testing/drafts';
import { describe, expect, it } from 'vitest';
import { reconsider } from './standby.ts';
import { daemonScene, gate, until, type DaemonScene } from './testing/daemon-scene.ts';

const look = ({ state, access }: DaemonScene) => reconsider(state, access);

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
  ])('%s is to be elected anew: %s', async (line) => {
    const scene = await daemonScene({ size: line.split(' ').length });
    votes(scene, line);
    expect(await look(scene)).toEqual({
      kind: 'standby',
      why: 'a majority names it in epoch 1, and it is not yet elected anew',
      electAbove: 1,
    });
    expect(scene.answers('TakeOffice'), 'nothing is taken up as it was').toEqual([]);
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

  it('goes above every epoch that a voter has promised', async () => {
    const scene = await daemonScene();
    const { voter } = scene.cluster.node(3);
    scene.cluster.node(3).voter = { ...voter, epoch: 7, grantedTo: uuidOf('node', 3) };
    expect(await look(scene)).toMatchObject({ electAbove: 7 });
  });

  it('BEH-094 is so at a later look, when a missing voter has appeared', async () => {
    const scene = await daemonScene();
    votes(scene, '1 x x');
    expect(await look(scene)).not.toHaveProperty('electAbove');
    scene.cluster.heal(3);
    expect(await look(scene)).toHaveProperty('electAbove');
  });

  it('waits for all: whoever answers last may know of a later master', async () => {
    const scene = await daemonScene();
    votes(scene, '1 1 2@2');
    const late = gate();
    scene.cluster.on(3, 'GetVote', async (answer) => (await late.passed, answer()));
    const looked = look(scene);
    await until(() => scene.cluster.events.filter((event) => event.endsWith('GetVote ok')).length === 3);
    late.open();
    expect(await looked).toEqual({ kind: 'standby', why: 'node2.lab.test is master in epoch 2' });
  });
});
