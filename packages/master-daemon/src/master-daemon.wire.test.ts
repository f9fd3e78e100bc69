/** A whole master daemon on loopback, without a node daemon beside it: who may call it by which way, and its end. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { masterDaemonOf, nodeOf, openAccess, type ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { layoutUnder } from '@quorate/cluster-state/layout';
import { writeSecret } from '@quorate/cluster-state/secrets';
import { defaultSettings } from '@quorate/cluster-state/settings';
import { ensureDirectories, type State } from '@quorate/cluster-state/state';
import { publishRecord } from '@quorate/cluster-state/views';
import { withNode } from '@quorate/domain/configuration-changes';
import { clusterErrorFrom } from '@quorate/domain/errors';
import { initialDraft } from '@quorate/domain/initial-configuration';
import { seal } from '@quorate/domain/record';
import { initRequest, testNode, testSeconds, uuidOf } from '@quorate/domain/testing/drafts';
import { systemClock } from '@quorate/platform/clock';
import { sha256Hex } from '@quorate/platform/digest';
import { diskFiles } from '@quorate/platform/files';
import { describeCertificate } from '@quorate/platform/certificates';
import { testAuthority, testIdentity, type TestAuthority } from '@quorate/platform/testing/certificates';
import type { Peer } from '@quorate/rpc/channels';
import { masterServices } from '@quorate/rpc/services';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startMasterDaemon, type MasterDaemon } from './master-daemon.ts';
import { daemonScene } from './testing/daemon-scene.ts';

const patient = { deadlineMs: 10_000 };
const { status, mastership, parameters, enrolment } = masterServices;
const address = '127.98.0.11';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const ending of endings.splice(0).reverse()) await ending();
});

let authority: TestAuthority;
let identities: readonly Awaited<ReturnType<typeof testIdentity>>[];
let state: State;
let peer: Peer;
let socket: Peer;

/** Node 1's disk, in a cluster of two candidates and one ordinary node; node 1 is master. */
beforeEach(async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'master-daemon-'));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  authority = { ...(await testAuthority()), clusterUuid: uuidOf('cluster') };
  state = { files: diskFiles, layout: layoutUnder(folder) };
  identities = await Promise.all(
    [1, 2, 3].map((number) => testIdentity(authority, { nodeUuid: uuidOf('node', number) })),
  );
  const nodeOfTest = (number: number) => ({
    ...testNode(number),
    certificateSha256: describeCertificate(identities[number - 1]!.certificatePem).sha256,
  });
  const node = { ...nodeOfTest(1), primaryIp: address, masterPort: await freePort() };
  const first = initialDraft(initRequest({ node, candidatePoolSize: 2 }));
  const draft = [2, 3].reduce((made, number) => withNode(made, nodeOfTest(number), testSeconds), first);
  await ensureDirectories(state);
  const { privateKeyPem, certificatePem } = identities[0]!;
  await writeSecret(state, 'serverPem', authority.certificatePem);
  await writeSecret(state, 'nodePem', `${privateKeyPem}${certificatePem}`);
  const roster = await publishRecord(state, seal(draft, sha256Hex));
  peer = masterDaemonOf(nodeOf(roster, uuidOf('node', 1)));
  socket = { kind: 'socket', name: 'quorate-masterd', path: state.layout.masterdSocket.path };
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function start(): Promise<MasterDaemon> {
  const settings = { ...defaultSettings, bind: address, masterPort: peer.kind === 'node' ? peer.port : 0 };
  const { log } = await daemonScene();
  const daemon = await startMasterDaemon({ state, settings, clock: systemClock, log });
  endings.push(() => daemon.stop());
  return daemon;
}

/** Speaks as node `number`; with another authority as a stranger who says so. */
async function speakingAs(number: number, signedBy = authority): Promise<ClusterAccess> {
  const known = signedBy === authority ? identities[number - 1] : undefined;
  const identity = known ?? (await testIdentity(signedBy, { nodeUuid: uuidOf('node', number) }));
  const parts = { state, clock: systemClock };
  const access = openAccess({ ...identity, caPem: authority.certificatePem }, parts);
  endings.push(() => access.channels.close());
  return access;
}

const reasonOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'it succeeded',
    (caught: unknown) => clusterErrorFrom(caught).reason,
  );

async function failover({ channels }: ClusterAccess, to: Peer): Promise<string> {
  const events = channels.stream(to, mastership.Failover, { noVoting: true, confirmed: false }, patient);
  return reasonOf(events[Symbol.asyncIterator]().next());
}

describe('an administrator on the host', () => {
  it('may ask for everything over the socket', async () => {
    await start();
    const admin = await speakingAs(1);
    expect(await admin.channels.call(socket, status.GetStatus, {}, patient)).toMatchObject({
      inOffice: false,
      clusterName: 'cluster.lab.test',
    });
    expect(await failover(admin, socket)).toBe('CONFIRMATION_NEEDED');
    expect(await admin.channels.call(socket, mastership.StandDown, { epoch: 1 }, patient)).toEqual({
      inOffice: false,
    });
    expect(await reasonOf(admin.channels.call(socket, parameters.RetireMaster, {}, patient))).toBe(
      'NOT_MASTER',
    );
  });

  it('reaches a daemon whose predecessor left its socket behind', async () => {
    writeFileSync(state.layout.masterdSocket.path, '');
    await start();
    const admin = await speakingAs(1);
    expect(await reasonOf(admin.channels.call(socket, status.GetStatus, {}, patient))).toBe('it succeeded');
  });
});

describe('a node', () => {
  it('BEH-293 may look, and may not administer, not even from the master’s own host', async () => {
    await start();
    const node = await speakingAs(1);
    const { channels } = node;
    expect(await reasonOf(channels.call(peer, status.GetStatus, {}, patient))).toBe('it succeeded');
    // A candidate may be told by another to become master; an ordinary node tells nobody.
    expect(await failover(node, peer)).toBe('CONFIRMATION_NEEDED');
    expect(await failover(await speakingAs(3), peer)).toBe('NOT_ALLOWED');
    expect(await reasonOf(channels.call(peer, mastership.StandDown, { epoch: 9 }, patient))).toBe(
      'NOT_ALLOWED',
    );
    expect(await reasonOf(channels.call(peer, parameters.RetireMaster, {}, patient))).toBe('NOT_ALLOWED');
    expect(await reasonOf(channels.call(peer, enrolment.EnrolNode, {}, patient))).toBe('NOT_ALLOWED');
    expect(await reasonOf(channels.call(peer, enrolment.AddNode, {}, patient))).toBe('NOT_ALLOWED');
  });

  it.each([
    ['a candidate may', 2, 'NOT_MASTER'],
    ['an ordinary one may not', 3, 'NOT_ALLOWED'],
    ['one that is not in the roster may not', 4, 'NOT_ALLOWED'],
  ])('asks for a changed parameter: %s', async (_who, number, reason) => {
    await start();
    const { channels } = await speakingAs(number);
    const request = { candidatePoolSize: 3 };
    expect(await reasonOf(channels.call(peer, parameters.ModifyCluster, request, patient))).toBe(reason);
  });

  it('BEH-290 of another authority does not get in', async () => {
    await start();
    const { channels } = await speakingAs(2, { ...(await testAuthority()), clusterUuid: uuidOf('cluster') });
    expect(await reasonOf(channels.call(peer, status.GetStatus, {}, patient))).toBe('UNREACHABLE');
  });
});

it('a daemon that has ended is reached by neither way', async () => {
  const daemon = await start();
  const { channels } = await speakingAs(1);
  await daemon.stop();
  expect(await reasonOf(channels.call(peer, status.GetStatus, {}, patient))).toBe('UNREACHABLE');
  expect(await reasonOf(channels.call(socket, status.GetStatus, {}, patient))).toBe('DAEMON_NOT_RUNNING');
});

it('a daemon of no cluster does not start', async () => {
  await diskFiles.remove(state.layout.roster.path);
  expect(await reasonOf(start())).toBe('NOT_IN_CLUSTER');
});
