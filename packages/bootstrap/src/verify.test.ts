import { uuidOf } from '@quorate/domain/testing/drafts';
import { timings } from '@quorate/domain/timings';
import { verifyFindings } from '@quorate/domain/verify';
import { describe, expect, it } from 'vitest';
import { fakeCluster, type FakeCluster } from './testing/fake-cluster.ts';
import { gatherVerifyFacts } from './verify.ts';

/** Nodes whose files are as they should be. */
function clusterWithFiles(size = 3): FakeCluster {
  const cluster = fakeCluster(size);
  for (let k = 1; k <= size; k += 1) {
    cluster.node(k).facts = {
      ssconfVersion: cluster.record.version,
      ssconfComplete: true,
      certificateNotAfter: { 'server.pem': cluster.clock.now().getTime() / 1000 + 5 * 365 * 86_400 },
      sharedFileDigests: { 'hmac.key': 'ab' },
    };
  }
  return cluster;
}

const gather = (cluster: FakeCluster) => gatherVerifyFacts(cluster.access(1), cluster.roster);

describe('the facts that verify judges', () => {
  it('are complete for every node of a sound cluster, in which nothing is found', async () => {
    const cluster = clusterWithFiles();
    const facts = await gather(cluster);
    expect(facts.nodes.map(({ facts: seen }) => seen)).toEqual(
      [true, false, false].map((isMaster) => ({
        masterIpHere: isMaster,
        masterDaemonInOffice: isMaster,
        ssconfVersion: cluster.record.version,
        ssconfComplete: true,
        certificateNotAfterSeconds: expect.anything(),
        sharedFileDigests: { 'hmac.key': 'ab' },
        softwareVersion: facts.softwareVersion,
        protocolVersion: facts.protocolVersion,
        clockOffsetMs: 0,
        clockUncertaintyMs: 0,
      })),
    );
    expect(verifyFindings(facts)).toEqual([]);
  });

  it('say of a node that fails why it does, and come from the others all the same', async () => {
    const cluster = clusterWithFiles();
    cluster.isolate(3);
    const { nodes } = await gather(cluster);
    expect(nodes[2]).toEqual({
      node: cluster.rosterNode(3),
      failure: 'node3.lab.test refused the connection',
    });
    expect(nodes.filter((n) => n.facts)).toHaveLength(2);
  });

  it('wait for one that hangs no longer than its limit', async () => {
    const cluster = clusterWithFiles();
    cluster.hang(3);
    const gathering = gather(cluster);
    await cluster.clock.advance(timings.voteMs);
    expect((await gathering).nodes[2]?.failure).toContain('did not answer within 5 s');
  });

  it('take half of the call’s time as the uncertainty of a clock', async () => {
    const cluster = clusterWithFiles();
    cluster.on(2, 'GetNodeFacts', async (answer) => {
      await cluster.clock.sleep(1_000);
      const told = answer() as { clockMs: number };
      await cluster.clock.sleep(1_000);
      return { ...told, clockMs: told.clockMs + 60_000 };
    });
    const gathering = gather(cluster);
    await cluster.clock.advance(2_000);
    const { nodes } = await gathering;
    expect(nodes[1]?.facts).toMatchObject({ clockOffsetMs: 60_000, clockUncertaintyMs: 1_000 });
  });

  it('leave out nodes that are marked offline', async () => {
    const cluster = clusterWithFiles();
    const nodes = cluster.roster.nodes.map((n) =>
      n.uuid === uuidOf('node', 3) ? { ...n, role: 'offline' as const } : n,
    );
    const facts = await gatherVerifyFacts(cluster.access(1), { ...cluster.roster, nodes });
    expect(facts.nodes).toHaveLength(2);
  });
});
