import { fakeCluster } from '@quorate/bootstrap/testing/fake-cluster';
import type { Candidacy } from '@quorate/domain/candidacy';
import { uuidOf } from '@quorate/domain/testing/drafts';
import type { Peer } from '@quorate/rpc/channels';
import { describe, expect, it } from 'vitest';
import { failoverTarget } from './failover-target.ts';

const master: Peer = { kind: 'socket', name: 'quorate-masterd of this host', path: '/run/masterd' };

/** Typed on node 1, the master of four; `wanted`: the candidacy of nodes, by their number. */
function contextOf(wanted: Readonly<Record<number, Candidacy>> = {}, silent: readonly number[] = []) {
  const cluster = fakeCluster(4);
  cluster.isolate(...silent);
  const nodes = cluster.roster.nodes.map((node, index) => ({ ...node, ...wanted[index + 1] }));
  return { access: cluster.access(1), roster: { ...cluster.roster, nodes }, master };
}

describe('an ordered failover goes to', () => {
  it('this host unless told', async () => expect(await failoverTarget(contextOf(), {})).toBe(master));

  it('the master daemon of the node that is named, paused or not', async () => {
    const context = contextOf({ 3: { pausedUntilSeconds: null, priority: 0 } });
    expect(await failoverTarget(context, { to: 'node3' })).toMatchObject({
      ...{ name: 'node3.lab.test', uuid: uuidOf('node', 3), port: 1816 },
    });
  });

  it.each<[string, Readonly<Record<number, Candidacy>>, readonly number[], number]>([
    ['by name where all are alike', {}, [], 2],
    ['by priority', { 4: { priority: 51 } }, [], 4],
    ['not one that is silent', { 4: { priority: 51 } }, [4], 2],
    ['not one that is paused', { 2: { pausedUntilSeconds: null, priority: 100 } }, [], 3],
    ['never the master', { 1: { priority: 100 } }, [], 2],
    ['nor one that was lost', { 1: { priority: 100 } }, [1], 2],
  ])('with --best the best other candidate: %s', async (_, wanted, silent, number) => {
    const target = await failoverTarget(contextOf(wanted, silent), { best: true });
    expect(target).toMatchObject({ uuid: uuidOf('node', number), port: 1816 });
  });

  it('nobody if no other candidate answers', async () => {
    await expect(failoverTarget(contextOf({}, [2, 3, 4]), { best: true })).rejects.toMatchObject({
      reason: 'NOT_A_MASTER_CANDIDATE',
      message: 'No master candidate besides the master answers',
    });
  });
});
