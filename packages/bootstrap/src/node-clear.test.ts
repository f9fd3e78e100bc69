/** What is left of a membership is cleared from the host that is meant, and from no other. */
import { writeRoster } from '@quorate/cluster-state/roster-store';
import { clusterUuid, nodeUuids, sampleRecord } from '@quorate/cluster-state/testing/sample-record';
import { viewsOf } from '@quorate/cluster-state/views';
import { testAuthority, testIdentity } from '@quorate/platform/testing/certificates';
import { describe, expect, it } from 'vitest';
import { clearMembership, parseClearRequest } from './node-clear.ts';
import { fakeDaemons } from './testing/fake-daemons.ts';
import { dataPath, stateOf } from './testing/join.ts';

const [, own] = nodeUuids;
const request = { clusterUuid, nodeUuid: own };

/** Node 2 of the sample cluster, as it lies on its disk. */
async function member() {
  const authority = { ...(await testAuthority()), clusterUuid };
  const { certificatePem, privateKeyPem } = await testIdentity(authority, { nodeUuid: own });
  const state = stateOf({
    [dataPath('server.pem')]: authority.certificatePem,
    [dataPath('node.pem')]: `${privateKeyPem}${certificatePem}`,
    [dataPath('hmac.key')]: 'secret',
    [dataPath('notes')]: 'mine',
  });
  await writeRoster(state, viewsOf(sampleRecord()).roster);
  return { state, daemons: fakeDaemons() };
}

describe('a host', () => {
  it('that is the node meant keeps nothing but what is not the cluster’s, its daemons stopped before', async () => {
    const { state, daemons } = await member();
    await clearMembership(state, request, daemons);
    expect(daemons.orders).toEqual(['stop masterd', 'stop noded']);
    expect(state.files.contents()).toEqual({ [dataPath('notes')]: 'mine' });
  });

  it('whose roster is damaged is cleared all the same: its certificate tells who it is', async () => {
    const { state, daemons } = await member();
    await state.files.writeAtomic(dataPath('roster.json'), '{', { mode: 0o644 });
    await clearMembership(state, request, daemons);
    expect(state.files.contents()).toEqual({ [dataPath('notes')]: 'mine' });
  });

  it('that has nothing is left alone', async () => {
    const state = stateOf({ [dataPath('notes')]: 'mine' });
    const daemons = fakeDaemons();
    await clearMembership(state, request, daemons);
    expect([daemons.orders, state.files.contents()]).toEqual([[], { [dataPath('notes')]: 'mine' }]);
  });

  it.each([
    [
      'another node of the cluster',
      { ...request, nodeUuid: nodeUuids[0] },
      'is node node2.test of cluster.test',
    ],
    ['a node of another cluster', { ...request, clusterUuid: 'another' }, 'belongs to cluster.test'],
  ])('that is %s is not touched', async (_what, other, words) => {
    const { state, daemons } = await member();
    const before = state.files.contents();
    await expect(clearMembership(state, other, daemons)).rejects.toMatchObject({
      reason: 'CLUSTER_EXISTS',
      message: expect.stringContaining(words),
    });
    expect([daemons.orders, state.files.contents()]).toEqual([[], before]);
  });
});

it.each(['', '{', '[]', '{"clusterUuid":"x"}', '{"clusterUuid":"x","nodeUuid":""}'])(
  'a request %j is refused',
  (text) => expect(() => parseClearRequest(text)).toThrow(expect.objectContaining({ reason: 'WRONG_INPUT' })),
);
