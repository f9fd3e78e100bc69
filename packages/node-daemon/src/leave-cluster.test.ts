/** The end of a membership: only of the right cluster, only without a master, and serving ends before deleting. */
import { clusterUuid } from '@quorate/cluster-state/testing/sample-record';
import { readVoterRecord, writeVoterRecord } from '@quorate/cluster-state/voter-store';
import { expect, it } from 'vitest';
import { leaveCluster } from './leave-cluster.ts';
import { acknowledged, memoryNode } from './testing/memory-node.ts';
import type { Voter } from './voter.ts';

async function member(master: { node: string; epoch: number } | null) {
  const { state, files } = await memoryNode();
  await writeVoterRecord(state, acknowledged({ master }));
  const ended: (() => Promise<void>)[] = [];
  const voter = { record: () => readVoterRecord(state) } as Voter;
  return { state, files, ended, leave: leaveCluster(state, voter, (afterwards) => ended.push(afterwards)) };
}

it('BEH-304 ends the daemon first and deletes afterwards, a stranger’s file excepted', async () => {
  const { files, ended, leave } = await member(null);
  await files.writeAtomic('/var/lib/quorate/notes', 'mine', { mode: 0o600 });
  const before = files.contents();
  await leave(clusterUuid);
  expect(files.contents()).toEqual(before);
  expect(ended).toHaveLength(1);
  await ended[0]?.();
  expect(files.contents()).toEqual({ '/var/lib/quorate/notes': 'mine' });
});

it.each([
  ['of another cluster', null, 'another', 'FOREIGN_CLUSTER'],
  ['while the cluster has a master', acknowledged({}).master, clusterUuid, 'NOT_ALLOWED'],
])('%s is refused, and the daemon goes on', async (_when, master, cluster, reason) => {
  const { files, ended, leave } = await member(master);
  const before = files.contents();
  await expect(leave(cluster)).rejects.toMatchObject({ reason });
  expect({ ended, contents: files.contents() }).toEqual({ ended: [], contents: before });
});

it('of a node that belongs to none is NOT_IN_CLUSTER', async () => {
  const { state, files, ended, leave } = await member(null);
  await files.remove(state.layout.roster.path);
  await expect(leave(clusterUuid)).rejects.toMatchObject({ reason: 'NOT_IN_CLUSTER' });
  expect(ended).toEqual([]);
});
