/** The access that a node's identity opens, over real TLS: it talks to whom it means, and to nobody else. */
import { layoutUnder } from '@quorate/cluster-state/layout';
import type { RosterNode } from '@quorate/domain/roster';
import { rosterFrom } from '@quorate/domain/testing/notation';
import { systemClock } from '@quorate/platform/clock';
import { testAuthority, testIdentity } from '@quorate/platform/testing/certificates';
import { nodeServices } from '@quorate/rpc/services';
import { startNode, type TestNode } from '@quorate/rpc/testing/wire';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openAccess, type ClusterAccess } from './cluster-access.ts';
import { gatherVotes } from './votes.ts';

type Identity = Awaited<ReturnType<typeof testIdentity>>;

let access: ClusterAccess;
let started: TestNode[];
let own: Identity;
let impostor: Identity;

/** Answers every question about its vote as if it were `uuid`, with the certificate it has. */
const voterAs = (uuid: string, identity: Identity): Promise<TestNode> =>
  startNode({
    uuid,
    identity,
    serving: (server) =>
      server.serve(nodeServices.vote, {
        GetVote: async () => ({
          clusterUuid: own.clusterUuid,
          nodeUuid: uuid,
          master: { nodeUuid: own.nodeUuid, epoch: 1 },
          epoch: 1,
          version: { epoch: 1, serial: 1, digest: 'd' },
        }),
      }),
  });

beforeAll(async () => {
  const authority = await testAuthority();
  own = await testIdentity(authority);
  impostor = await testIdentity(authority);
  const stranger = await testIdentity(await testAuthority());
  started = await Promise.all([
    voterAs(own.nodeUuid, own),
    voterAs('another-node', impostor),
    voterAs(stranger.nodeUuid, stranger),
  ]);
  access = openAccess(own, { state: { layout: layoutUnder('/nowhere') }, clock: systemClock });
});
afterAll(async () => {
  access.channels.close();
  await Promise.all(started.map((node) => node.stop(100)));
});

it('BEH-182 BEH-290 counts the vote of the node it asked, and of nobody who shows another certificate', async () => {
  const nodes: RosterNode[] = started.map(({ peer }, index) => ({
    uuid: peer.uuid,
    name: `q${index + 1}.lab`,
    address: peer.address,
    nodePort: peer.port,
    masterPort: 1,
    role: 'candidate',
  }));
  const roster = { ...rosterFrom('M C C'), clusterUuid: own.clusterUuid, nodes };
  const ballots = await gatherVotes(access, roster);
  const words = ballots
    .map((b) => `${b.node.name} ${b.kind === 'valid' ? 'valid' : `${b.kind}: ${b.why}`}`)
    .sort();
  expect(words).toEqual([
    'q1.lab valid',
    expect.stringContaining(`belongs to another node (${impostor.nodeUuid}, expected another-node)`),
    'q3.lab unreachable: its certificate was not issued by this cluster',
  ]);
});
