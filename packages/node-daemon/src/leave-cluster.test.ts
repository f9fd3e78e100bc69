/** The end of a membership: only of the right cluster, only at its end or by its master, and serving ends before deleting. */
import { clusterUuid } from '@quorate/cluster-state/testing/sample-record';
import { readRoster, writeRoster } from '@quorate/cluster-state/roster-store';
import { readVoterRecord, writeVoterRecord } from '@quorate/cluster-state/voter-store';
import { expect, it } from 'vitest';
import { leaveCluster } from './leave-cluster.ts';
import { acknowledged, memoryNode, node1, node2, notedLog } from './testing/memory-node.ts';

/** Node 2 of a cluster whose master is node 1 in epoch 1, or nobody. */
async function member(master: { node: string; epoch: number } | null) {
  const { state, files } = await memoryNode();
  await writeVoterRecord(state, acknowledged({ master }));
  const ended: (() => Promise<void>)[] = [];
  const told: string[] = [];
  const leave = leaveCluster({
    state,
    own: node2,
    voter: { record: () => readVoterRecord(state) },
    log: notedLog(),
    stopMasterDaemon: () => Promise.resolve(void told.push('stopped')),
    onLeft: (afterwards) => void ended.push(afterwards),
  });
  return { state, files, ended, told, leave };
}

const byItself = { node: node2, epoch: 0 };
const byMaster = { node: node1, epoch: 1 };
const { master } = acknowledged({});

/** What the master sends before: a roster without this node. */
async function removed(made: Awaited<ReturnType<typeof member>>) {
  const roster = await readRoster(made.state);
  await writeRoster(made.state, { ...roster, nodes: roster.nodes.filter(({ uuid }) => uuid !== node2) });
  return made;
}

it('BEH-304 ends the daemon first and deletes afterwards, a stranger’s file excepted', async () => {
  const { files, ended, told, leave } = await member(null);
  await files.writeAtomic('/var/lib/quorate/notes', 'mine', { mode: 0o600 });
  const before = files.contents();
  await leave(clusterUuid, byItself);
  expect([files.contents(), told]).toEqual([before, []]);
  expect(ended).toHaveLength(1);
  await ended[0]?.();
  expect([files.contents(), told]).toEqual([{ '/var/lib/quorate/notes': 'mine' }, ['stopped']]);
});

it('BEH-304 at the word of the master that has removed it, does the same', async () => {
  const { files, ended, leave } = await removed(await member(master));
  await leave(clusterUuid, byMaster);
  await ended[0]?.();
  expect(files.contents()).toEqual({});
});

it.each([
  ['of another cluster', null, 'another', byItself, 'FOREIGN_CLUSTER'],
  ['by itself while the cluster has a master', master, clusterUuid, byItself, 'NOT_ALLOWED'],
  ['by the master whose configuration still names it', master, clusterUuid, byMaster, 'NOT_ALLOWED'],
])('%s is refused, and the daemon goes on', async (_when, present, cluster, order, reason) => {
  const { files, ended, leave } = await member(present);
  const before = files.contents();
  await expect(leave(cluster, order)).rejects.toMatchObject({ reason });
  expect({ ended, contents: files.contents() }).toEqual({ ended: [], contents: before });
});

it.each([
  ['somebody who is not master', { node: 'another', epoch: 1 }, 'NOT_ALLOWED'],
  ['a master whose epoch is over', { node: node1, epoch: 0 }, 'EPOCH_TOO_OLD'],
  ['a master of an epoch it knows nothing of', { node: node1, epoch: 2 }, 'NOT_ALLOWED'],
])('BEH-294 a removed node does not go at the word of %s', async (_who, order, reason) => {
  const { ended, leave } = await removed(await member(master));
  await expect(leave(clusterUuid, order)).rejects.toMatchObject({ reason });
  expect(ended).toEqual([]);
});

it('of a node that belongs to none is NOT_IN_CLUSTER', async () => {
  const { state, files, ended, leave } = await member(null);
  await files.remove(state.layout.roster.path);
  await expect(leave(clusterUuid, byItself)).rejects.toMatchObject({ reason: 'NOT_IN_CLUSTER' });
  expect(ended).toEqual([]);
});
