/** Who answers a call with a right chain and may not: over real TLS, by what this node's disk says at that moment. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layoutUnder } from '@quorate/cluster-state/layout';
import type { LiveIdentity } from '@quorate/cluster-state/live-identity';
import { writeRoster } from '@quorate/cluster-state/roster-store';
import { ensureDirectories, type State } from '@quorate/cluster-state/state';
import { clusterErrorFrom } from '@quorate/domain/errors';
import type { Roster, RosterNode } from '@quorate/domain/roster';
import { rosterFrom } from '@quorate/domain/testing/notation';
import { describeCertificate } from '@quorate/platform/certificates';
import { systemClock } from '@quorate/platform/clock';
import { diskFiles } from '@quorate/platform/files';
import { testAuthority, testIdentity } from '@quorate/platform/testing/certificates';
import { nodeServices } from '@quorate/rpc/services';
import { startNode, type TestNode } from '@quorate/rpc/testing/wire';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import {
  leavingDaemonOf,
  nodeDaemonOf,
  openAccess,
  openLiveAccess,
  type ClusterAccess,
} from './cluster-access.ts';
import type { RefusedServer } from './server-judge.ts';

type Identity = Awaited<ReturnType<typeof testIdentity>>;

const { vote, configuration, membership } = nodeServices;
const patient = { deadlineMs: 20_000 };

let own: Identity;
let shown: Identity;
let server: TestNode;
let node: RosterNode;
let state: State;
const refused: RefusedServer[] = [];
const opened: { readonly access: ClusterAccess; readonly ended: AbortController }[] = [];

beforeAll(async () => {
  const authority = await testAuthority();
  own = await testIdentity(authority);
  shown = await testIdentity(authority);
  server = await startNode({
    uuid: shown.nodeUuid,
    identity: shown,
    serving: (rpc) => {
      rpc.serve(vote, { GetVote: async () => ({ nodeUuid: shown.nodeUuid }) });
      rpc.serve(configuration, {
        GetConfiguration: async () => ({ record: '{}' }),
        PutConfiguration: async () => ({}),
      });
      rpc.serve(membership, { LeaveCluster: async () => ({}) });
    },
  });
  node = {
    ...{ uuid: shown.nodeUuid, name: 'q2.lab', role: 'candidate', masterPort: 1 },
    ...{ address: server.peer.address, nodePort: server.peer.port },
  };
});
afterAll(() => server.stop(100));

beforeEach(async () => {
  state = { files: diskFiles, layout: layoutUnder(mkdtempSync(join(tmpdir(), 'server-judge-'))) };
  await ensureDirectories(state);
  refused.length = 0;
});
afterEach(() => {
  for (const { access, ended } of opened.splice(0)) {
    ended.abort();
    access.channels.close();
  }
  rmSync(state.layout.root, { recursive: true, force: true });
});

const sha256 = (): string => describeCertificate(shown.certificatePem).sha256;

const know = (changes: Partial<Roster>, certificateSha256?: string): Promise<void> =>
  writeRoster(state, {
    ...rosterFrom('M C'),
    clusterUuid: own.clusterUuid,
    master: null,
    nodes: [{ ...node, ...(certificateSha256 !== undefined && { certificateSha256 }) }],
    ...changes,
  });

function open(): ClusterAccess {
  const identity: LiveIdentity = {
    ...{ current: () => own, follow: () => undefined },
    ...{ reload: () => Promise.reject(new Error('not asked for')), watch: () => Promise.resolve() },
  };
  const ended = new AbortController();
  const access = openLiveAccess(identity, {
    ...{ state, clock: systemClock, onRefused: (each: RefusedServer) => refused.push(each) },
  });
  void access.watch(ended.signal);
  opened.push({ access, ended });
  return access;
}

const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'answered',
    (caught: unknown) => `${clusterErrorFrom(caught).reason}: ${clusterErrorFrom(caught).message}`,
  );
const ask = ({ channels }: ClusterAccess): Promise<string> =>
  outcome(channels.call(nodeDaemonOf(node), vote.GetVote, {}, patient));
const fetch = ({ channels }: ClusterAccess): Promise<string> =>
  outcome(channels.call(nodeDaemonOf(node), configuration.GetConfiguration, {}, patient));

it('whoever shows the certificate that is pinned may answer everything', async () => {
  await know({}, sha256());
  const access = open();
  expect([await ask(access), await fetch(access)]).toEqual(['answered', 'answered']);
  expect(refused).toEqual([]);
});

it('BEH-270 a node that was removed is not listened to, nor is a certificate that was replaced', async () => {
  const revoked = { nodes: [], certificates: [] };
  await know({ revoked: { ...revoked, certificates: [sha256()] } });
  expect(await ask(open())).toMatch(/^UNREACHABLE: .*replaced by another and is revoked/);
  await know({ revoked: { ...revoked, nodes: [node.uuid] } });
  expect(await ask(open())).toMatch(/^UNREACHABLE: .*was removed from cluster.lab/);
  expect(refused.map((each) => each.node)).toEqual([node.uuid, node.uuid]);
  expect(describeCertificate(shown.certificatePem).sha256).toBe(sha256());
});

it('is reached all the same by who tells it that it goes', async () => {
  await know({ nodes: [], revoked: { nodes: [node.uuid], certificates: [sha256()] } });
  const { channels } = open();
  const leave = channels.call(leavingDaemonOf(node), membership.LeaveCluster, {}, patient);
  expect(await outcome(leave)).toBe('answered');
});

it('a right chain with another certificate than the pinned one votes, and is asked nothing that is for candidates', async () => {
  await know({}, 'ab'.repeat(32));
  const access = open();
  expect(await ask(access)).toBe('answered');
  expect(await fetch(access)).toMatch(/^UNREACHABLE: .*is not that of q2.lab/);
  expect(refused).toMatchObject([{ node: node.uuid }]);
});

it('a connection that is open is left within a moment of the removal, and what is under way on it ends in peace', async () => {
  await know({}, sha256());
  const access = open();
  expect([await ask(access), await fetch(access)]).toEqual(['answered', 'answered']);
  await know({ revoked: { nodes: [node.uuid], certificates: [] } });
  for (const call of [ask, fetch])
    await vi.waitFor(async () => expect(await call(access)).toContain('was removed'), { timeout: 20_000 });
});

it('a command is told by the same rules', async () => {
  await know({ revoked: { nodes: [node.uuid], certificates: [] } });
  const access = openAccess(own, { state, clock: systemClock });
  opened.push({ access, ended: new AbortController() });
  expect(await ask(access)).toContain('was removed');
});
