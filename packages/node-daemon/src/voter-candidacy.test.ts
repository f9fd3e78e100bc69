/** A node that becomes a candidate, or is none any more: what it has on its disk by the time it acknowledges that. */
import { holdsClusterKey } from '@quorate/cluster-state/candidate-secrets';
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import { sampleRecord } from '@quorate/cluster-state/testing/sample-record';
import { viewsOf } from '@quorate/cluster-state/views';
import { readVoterRecord } from '@quorate/cluster-state/voter-store';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { withNodesOffline } from '@quorate/domain/configuration-changes';
import { nobodyEntrusted } from '@quorate/domain/candidate-pool';
import { withNodeRemoved } from '@quorate/domain/node-changes';
import { withNodeModified } from '@quorate/domain/node-modification';
import { seal } from '@quorate/domain/record';
import { sha256Hex } from '@quorate/platform/digest';
import { testAuthority } from '@quorate/platform/testing/certificates';
import { virtualClock } from '@quorate/platform/testing/clock';
import { describe, expect, it } from 'vitest';
import { memoryNode, node1, node2, present, unlocked } from './testing/memory-node.ts';
import { createVoter } from './voter.ts';

const sealed = (draft: Parameters<typeof seal>[0]): ClusterRecord => seal(draft, sha256Hex);
const change = { masterCandidate: false, autoPromote: true };
const demoting = sealed(withNodeModified(present, node2, change, 2, nobodyEntrusted).draft);
const promoting = sealed(
  withNodeModified(demoting, node2, { masterCandidate: true }, 3, { digests: { [node2]: 'AA' }, unfit: {} })
    .draft,
);

/** Node 2, a candidate with the cluster key unless it is told otherwise. */
async function candidate({ holdsRecord = true, holdsKey = true } = {}) {
  const node = await memoryNode({ holdsRecord });
  const { privateKeyPem, certificatePem } = await testAuthority();
  const text = holdsKey ? `${privateKeyPem}${certificatePem}` : certificatePem;
  await node.files.writeAtomic(node.state.layout.serverPem.path, text, { mode: 0o440 });
  const clock = virtualClock();
  const voter = createVoter({
    state: node.state,
    own: node2,
    clock,
    softwareVersion: '0',
    locking: unlocked,
  });
  const receive = (record: ClusterRecord, isCandidate: boolean) =>
    voter.receive({
      ...viewsOf(record),
      ...{ version: record.version, sender: node1, record: isCandidate ? record : undefined },
    });
  const has = async () => ({
    key: await holdsClusterKey(node.state),
    record: (await readClusterRecord(node.state))?.version.serial,
    config: (await node.files.readText(node.state.layout.configData.path)) !== undefined,
  });
  return { node, voter, receive, has, privateKeyPem };
}

const nothing = { key: false, record: undefined, config: false };

describe('a candidate', () => {
  it('BEH-267 that is demoted has neither key nor configuration when it acknowledges that', async () => {
    const { receive, has } = await candidate();
    const { holds } = await receive(demoting, false);
    expect([holds, await has()]).toEqual([null, nothing]);
  });

  it.each([
    ['is marked offline', sealed(withNodesOffline(present, [node2], 2))],
    ['is removed', sealed(withNodeRemoved(present, node2, 2, nobodyEntrusted).draft)],
  ])('that %s is rid of them as well', async (_what, record) => {
    const { receive, has } = await candidate();
    await receive(record, false);
    expect(await has()).toEqual(nothing);
  });

  it('that cannot delete them does not acknowledge; the same sent again deletes the rest', async () => {
    const { node, receive, has } = await candidate();
    node.onWrite = (name) => {
      if (name === 'server.pem') throw new Error('disk full');
    };
    await expect(receive(demoting, false)).rejects.toThrow('disk full');
    expect((await readVoterRecord(node.state)).version).toEqual(present.version);
    node.onWrite = () => undefined;
    await receive(demoting, false);
    expect(await has()).toEqual(nothing);
  });

  it('keeps them while it is one', async () => {
    const { receive, has } = await candidate();
    const next = sampleRecord({ serial: 2 });
    await receive(next, true);
    expect(await has()).toEqual({ key: true, record: 2, config: true });
  });
});

describe('a node that becomes one', () => {
  const regular = async () => {
    const made = await candidate({ holdsKey: false });
    await made.receive(demoting, false);
    return made;
  };

  it('has the key before the configuration, and both when it acknowledges that', async () => {
    const { voter, receive, has, privateKeyPem } = await regular();
    await voter.receiveClusterKey(1, node1, privateKeyPem);
    expect(await has()).toEqual({ ...nothing, key: true });
    await receive(demoting, false);
    expect(await has()).toEqual({ ...nothing, key: true });
    await receive(promoting, true);
    expect(await has()).toEqual({ key: true, record: promoting.version.serial, config: true });
  });

  it('is rid of the key again if something else comes instead', async () => {
    const { voter, receive, has, privateKeyPem } = await regular();
    await voter.receiveClusterKey(1, node1, privateKeyPem);
    const { configuration, ours } = demoting;
    await receive(sealed({ ours, configuration: { ...configuration, serial_no: 9 } }), false);
    expect(await has()).toEqual(nothing);
  });

  it.each([
    ['another than its master', 1, node2, 'NOT_ALLOWED'],
    ['a master whose epoch is over', 0, node1, 'EPOCH_TOO_OLD'],
    ['a master of an epoch it has not heard of', 2, node1, 'NOT_ALLOWED'],
  ])('BEH-294 takes no key from %s', async (_whom, epoch, sender, reason) => {
    const { voter, has, privateKeyPem } = await regular();
    await expect(voter.receiveClusterKey(epoch, sender, privateKeyPem)).rejects.toMatchObject({ reason });
    expect(await has()).toEqual(nothing);
  });
});

it('a host that is not yet a node keeps the key it was given to join with', async () => {
  const { receive, has } = await candidate({ holdsRecord: false });
  const without = sealed(withNodeRemoved(present, node2, 2, nobodyEntrusted).draft);
  await receive(without, false);
  expect(await has()).toEqual({ ...nothing, key: true });
});
