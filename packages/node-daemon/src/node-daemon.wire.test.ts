/** Whole node daemons over real TLS: who gets in at all, how a daemon starts and how it ends. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { basename } from 'node:path';
import { viewsOf } from '@quorate/cluster-state/views';
import { describeCertificate } from '@quorate/platform/certificates';
import { diskFiles } from '@quorate/platform/files';
import { MachineError } from '@quorate/platform/machine-error';
import { testAuthority, testIdentity, type TestNodeWishes } from '@quorate/platform/testing/certificates';
import { nodeServices } from '@quorate/rpc/services';
import { afterEach, describe, expect, it } from 'vitest';
import { gate } from './testing/gate.ts';
import { voteRound } from './testing/vote-round.ts';
import {
  clusterUuid,
  patient,
  reasonOf,
  speakingAs,
  uuid,
  wireCluster,
  type RunningNode,
  type WireCluster,
} from './testing/wire-cluster.ts';

const { vote, grant, configuration, membership } = nodeServices;

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const ending of endings.splice(0).reverse()) await ending();
});

async function cluster(size: number): Promise<WireCluster> {
  const made = await wireCluster(size);
  endings.push(() => made.end());
  return made;
}

async function runningCluster(size: number) {
  const made = await cluster(size);
  return { ...made, nodes: await made.startAll() };
}

describe('who gets in', () => {
  const ofNode2: TestNodeWishes = { nodeUuid: uuid(2) };
  const lastYear = new Date(Date.now() - 366 * 86_400_000);

  it.each([
    [
      'BEH-290 a certificate of another authority',
      async () => testIdentity({ ...(await testAuthority()), clusterUuid }, ofNode2),
    ],
    [
      'BEH-290 a certificate for another cluster',
      async ({ authority }: WireCluster) => testIdentity({ ...authority, clusterUuid: 'c2' }, ofNode2),
    ],
    [
      'BEH-291 an expired certificate',
      async ({ identity }: WireCluster) => identity({ ...ofNode2, now: lastYear, days: 30 }),
    ],
    [
      'BEH-291 one that is not valid yet',
      async ({ identity }: WireCluster) => identity({ ...ofNode2, now: new Date(Date.now() + 86_400_000) }),
    ],
    [
      'BEH-292 the cluster’s own certificate, which names no node',
      ({ authority }: WireCluster) => Promise.resolve(authority),
    ],
  ])('%s does not', async (_what, identityOf) => {
    const made = await runningCluster(1);
    const [node] = made.nodes as [RunningNode];
    // The caller trusts the node, so that what is seen is the node's refusal of the caller.
    const { certificatePem, privateKeyPem } = await identityOf(made);
    const stranger = speakingAs({
      ...made.authority,
      caPem: made.authority.certificatePem,
      certificatePem,
      privateKeyPem,
      nodeUuid: uuid(2),
    });
    endings.push(() => stranger.close());
    expect(await reasonOf(stranger.call(node.peer, vote.GetVote, {}, patient))).toBe('UNREACHABLE');
    expect(node.log.lines).toContainEqual({
      level: 'warn',
      message: 'connection refused',
      fields: {
        address: expect.stringMatching(/^127\./),
        why: expect.any(String),
        certificate: expect.objectContaining({ sha256: describeCertificate(certificatePem).sha256 }),
      },
    });
    expect(node.log.lines.filter((line) => line.message === 'call served')).toEqual([]);
  });

  it('64 who say nothing keep nobody out', async () => {
    const { channelsOf, record, nodes } = await runningCluster(3);
    const { peer } = nodes[0]!;
    const silent: Socket[] = [];
    endings.push(() => silent.forEach((socket) => socket.destroy()));
    for (let i = 0; i < 64; i += 1) {
      const socket = connect({ host: peer.address, port: peer.port });
      socket.on('error', () => undefined);
      silent.push(socket);
      await once(socket, 'connect');
    }
    const { verdict } = await voteRound(await channelsOf(2), record);
    expect(verdict).toMatchObject({ kind: 'agreed', votes: 3 });
  });
});

describe('another certificate than that of the node it names', () => {
  it('votes and asks for votes like a node not heard of, and is no candidate', async () => {
    const made = await runningCluster(2);
    const [node] = made.nodes as [RunningNode];
    const forged = speakingAs(await made.identity({ nodeUuid: uuid(2) }));
    endings.push(() => forged.close());
    const genuine = await made.channelsOf(2);
    const read = (by: typeof forged) =>
      reasonOf(by.call(node.peer, configuration.GetConfiguration, {}, patient));
    expect(await reasonOf(forged.call(node.peer, vote.GetVote, {}, patient))).toBe('it succeeded');
    expect(await read(forged)).toBe('NOT_ALLOWED');
    expect(await read(genuine)).toBe('it succeeded');
  });
});

describe('a daemon', () => {
  it('does not start without a cluster, and says so', async () => {
    const made = await cluster(1);
    const missing = { ...diskFiles, readText: () => Promise.resolve(undefined) };
    expect(await reasonOf(made.start(1, { files: missing }))).toBe('NOT_IN_CLUSTER');
  });

  it('syncs what it finds on its disk before it reads it', async () => {
    const made = await cluster(1);
    const done: string[] = [];
    const noted = (what: string, path: string): void => void done.push(`${what} ${basename(path)}`);
    const sync = (path: string) => diskFiles.sync(path).then(() => noted('sync', path));
    const readText = (path: string) => diskFiles.readText(path).finally(() => noted('read', path));
    await made.start(1, { files: { ...diskFiles, sync, readText } });
    for (const name of ['voter.json', 'cluster.json', 'roster.json'])
      expect(done.find((each) => each.endsWith(` ${name}`))).toBe(`sync ${name}`);
  });

  it('that cannot sync what it finds does not start', async () => {
    const made = await cluster(1);
    const sync = () => Promise.reject(new MachineError('COMMAND_FAILED', 'Cannot sync'));
    expect(await reasonOf(made.start(1, { files: { ...diskFiles, sync } }))).toBe('COMMAND_FAILED');
  });

  it('does not start where another one listens', async () => {
    const made = await runningCluster(1);
    expect(await reasonOf(made.start(1))).toBe('ADDRESS_IN_USE');
  });

  it('started again remembers what it granted', async () => {
    const { channelsOf, start, record, nodes } = await runningCluster(1);
    const channels = await channelsOf(1);
    const request = { epoch: 5, candidateUuid: uuid(1), version: record.version };
    await channels.call(nodes[0]!.peer, grant.RequestGrant, request, patient);
    await nodes[0]!.daemon.stop();
    const again = await start(1);
    expect(await (await channelsOf(1)).call(again.peer, vote.GetVote, {}, patient)).toMatchObject({
      epoch: 5,
    });
  });

  it('that ends answers the call under way', async () => {
    const made = await cluster(1);
    const [reached, disk] = [gate(), gate()];
    let slow = false;
    const readText: typeof diskFiles.readText = async (path) => {
      if (slow && path.endsWith('cluster.json')) {
        reached.open();
        await disk.passed;
      }
      return diskFiles.readText(path);
    };
    const { daemon, peer } = await made.start(1, { files: { ...diskFiles, readText } });
    slow = true;
    const channels = await made.channelsOf(1);
    const answer = channels.call(peer, vote.GetVote, {}, patient);
    await reached.passed;
    const stopped = daemon.stop();
    disk.open();
    expect(await answer).toMatchObject({ nodeUuid: uuid(1), epoch: 1 });
    await stopped;
    expect(await reasonOf(channels.call(peer, vote.GetVote, {}, patient))).toBe('UNREACHABLE');
  });

  it('BEH-304 asked to leave answers, stops serving, and only then deletes', async () => {
    const { channelsOf, record, nodes } = await runningCluster(1);
    const [node] = nodes as [RunningNode];
    const channels = await channelsOf(1);
    const leave = () => channels.call(node.peer, membership.LeaveCluster, { clusterUuid }, patient);
    expect(await reasonOf(leave())).toBe('NOT_ALLOWED');
    const { roster, ssconf } = viewsOf(record);
    const version = { ...record.version, serial: record.version.serial + 1 };
    const retired = JSON.stringify({ ...roster, version, master: null });
    const request = { version, masterUuid: uuid(1), roster: retired, ssconf };
    await channels.call(node.peer, configuration.PutConfiguration, request, patient);

    expect(await reasonOf(leave())).toBe('it succeeded');
    const rosterFile = node.state.layout.roster.path;
    expect(await diskFiles.stat(rosterFile)).toBeDefined();
    await node.daemon.stop();
    expect(await reasonOf(channels.call(node.peer, vote.GetVote, {}, patient))).toBe('UNREACHABLE');
    expect(await diskFiles.stat(rosterFile)).toBeDefined();
    for (const work of node.afterwards) await work();
    expect(await diskFiles.list(node.state.layout.dataDirectory.path)).toEqual(['backup']);
  });
});
