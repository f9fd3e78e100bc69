/**
 * Node daemons of one cluster in this process, each on a loopback address of its own with real files and real TLS,
 * and channels that speak as one of its nodes, or as a stranger.
 */
// oxlint-disable no-restricted-imports -- a helper of tests, which may touch the machine
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { layoutUnder } from '@quorate/cluster-state/layout';
import { writeSecret } from '@quorate/cluster-state/secrets';
import { defaultSettings } from '@quorate/cluster-state/settings';
import { ensureDirectories, type State } from '@quorate/cluster-state/state';
import { publishRecord, publishViews, viewsOf } from '@quorate/cluster-state/views';
import { writeVoterRecord } from '@quorate/cluster-state/voter-store';
import { withNode } from '@quorate/domain/configuration-changes';
import type { ClusterRecord, Draft } from '@quorate/domain/configuration';
import { clusterErrorFrom } from '@quorate/domain/errors';
import { initialDraft } from '@quorate/domain/initial-configuration';
import { whyRefused } from '@quorate/domain/peer-identity';
import { seal } from '@quorate/domain/record';
import { initRequest, testNode, testSeconds, uuidOf } from '@quorate/domain/testing/drafts';
import { timings } from '@quorate/domain/timings';
import { emptyVoterRecord } from '@quorate/domain/voter-record';
import { describeCertificate, identityOf } from '@quorate/platform/certificates';
import { systemClock } from '@quorate/platform/clock';
import { sha256Hex } from '@quorate/platform/digest';
import { diskFiles } from '@quorate/platform/files';
import type { MasterAddress } from '@quorate/platform/interface-address';
import { testAuthority, testIdentity, type TestNodeWishes } from '@quorate/platform/testing/certificates';
import { createChannels, type Channels, type Peer } from '@quorate/rpc/channels';
import { createCredentials } from '@quorate/rpc/credentials';
import { startNodeDaemon, type NodeDaemon } from '../node-daemon.ts';
import { notedLog, type NotedLog } from './memory-node.ts';

/** Nothing here takes so long unless it is broken. */
export const patient = { deadlineMs: 10_000 };

export const clusterUuid = uuidOf('cluster');
export const uuid = (number: number): string => uuidOf('node', number);
/** Held by listening on it, with the port of whoever holds it. */
export const masterIp = '127.99.0.100';
const addressOf = (number: number): string => `127.99.0.${10 + number}`;

type Identity = Awaited<ReturnType<typeof testIdentity>>;
type Authority = Awaited<ReturnType<typeof testAuthority>>;

export type NodePeer = Extract<Peer, { kind: 'node' }>;

export interface RunningNode {
  readonly daemon: NodeDaemon;
  readonly state: State;
  readonly peer: NodePeer;
  readonly log: NotedLog;
  /** What is to be done once the daemon has ended, if it was asked to leave its cluster. */
  readonly afterwards: (() => Promise<void>)[];
}

export interface WireCluster {
  readonly authority: Authority;
  /** Version 1 of the configuration, which every node starts with: node 1 is master in epoch 1. */
  readonly record: ClusterRecord;
  /** Starts the daemon of node `number`, whose disk is made at the first start. */
  start(number: number, changes?: { readonly files?: State['files'] }): Promise<RunningNode>;
  /** Starts all of them. */
  startAll(): Promise<readonly RunningNode[]>;
  peer(number: number, address?: string): NodePeer;
  identity(wishes: TestNodeWishes): Promise<Identity>;
  /** Speaks as node `number` of this cluster. */
  channelsOf(number: number): Promise<Channels>;
  /** Ends everything and removes every trace. */
  end(): Promise<void>;
}

/** A port that was free a moment ago, on every address. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function draftOf(identities: readonly Identity[], port: number, candidatePoolSize: number): Draft {
  const node = (number: number) => ({
    ...testNode(number),
    ...{ primaryIp: addressOf(number), nodePort: port },
    certificateSha256: describeCertificate(identities[number - 1]!.certificatePem).sha256,
  });
  const request = initRequest({ masterIp, masterNetdev: 'lo', candidatePoolSize, node: node(1) });
  const others = identities.slice(1).map((_, i) => node(i + 2));
  return others.reduce((draft, other) => withNode(draft, other, testSeconds), initialDraft(request));
}

/** Nothing here is to touch an interface. */
const noInterface: MasterAddress = {
  raise: () => Promise.reject(new Error('no interface in tests')),
  keep: () => Promise.reject(new Error('no interface in tests')),
  lower: () => Promise.reject(new Error('no interface in tests')),
  look: () => Promise.reject(new Error('no interface in tests')),
  announce: () => undefined,
};

export const speakingAs = (identity: Identity): Channels =>
  createChannels({
    credentials: createCredentials({
      identity,
      verifyPeer: ({ uuid }, der) => whyRefused(identityOf(der), clusterUuid, uuid),
    }),
    connectMs: timings.connectMs,
    reconnectMaxMs: timings.reconnectMaxMs,
  });

export async function wireCluster(size: number, { candidatePoolSize = 10 } = {}): Promise<WireCluster> {
  const folder = mkdtempSync(path.join(tmpdir(), 'node-daemon-'));
  const authority: Authority = { ...(await testAuthority()), clusterUuid };
  const port = await freePort();
  const endings: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];

  const identity = (wishes: TestNodeWishes): Promise<Identity> => testIdentity(authority, wishes);
  const numbers = Array.from({ length: size }, (_, i) => i + 1);
  const identities = await Promise.all(numbers.map((number) => identity({ nodeUuid: uuid(number) })));
  const record = seal(draftOf(identities, port, candidatePoolSize), sha256Hex);
  /** The one the configuration names; a stranger's beyond its nodes. */
  const identityOfNode = async (number: number): Promise<Identity> =>
    identities[number - 1] ?? identity({ nodeUuid: uuid(number) });
  const peer = (number: number, address = addressOf(number)): NodePeer => {
    const { name } = testNode(number);
    return { kind: 'node', name, uuid: uuid(number), address, port };
  };

  async function makeDisk(number: number, state: State): Promise<void> {
    const { certificatePem, privateKeyPem } = await identityOfNode(number);
    await ensureDirectories(state);
    await writeSecret(state, 'serverPem', authority.certificatePem);
    await writeSecret(state, 'nodePem', `${privateKeyPem}${certificatePem}`);
    const { master_candidate } = record.configuration.nodes[uuid(number)] ?? {};
    await (master_candidate ? publishRecord(state, record) : publishViews(state, viewsOf(record)));
    const master = { node: uuid(1), epoch: 1 };
    const voted = { ...emptyVoterRecord, epoch: 1, grantedTo: uuid(1), master, version: record.version };
    await writeVoterRecord(state, voted);
  }

  async function start(number: number, { files = diskFiles } = {}): Promise<RunningNode> {
    const layout = layoutUnder(path.join(folder, `node${number}`));
    if (!(await diskFiles.stat(layout.nodePem.path))) await makeDisk(number, { files: diskFiles, layout });
    const state = { files, layout };
    const log = notedLog();
    const afterwards: (() => Promise<void>)[] = [];
    const settings = { ...defaultSettings, bind: addressOf(number), nodePort: port };
    const onLeft = (work: () => Promise<void>) => void afterwards.push(work);
    const stopMasterDaemon = () => Promise.resolve();
    const own = { state, settings, clock: systemClock, log, interfaceAddress: noInterface };
    const parts = { ...own, onLeft, stopMasterDaemon };
    const daemon = await startNodeDaemon(parts);
    endings.push(() => daemon.stop());
    return { daemon, state, peer: peer(number), log, afterwards };
  }

  async function startAll(): Promise<readonly RunningNode[]> {
    const nodes: RunningNode[] = [];
    for (let number = 1; number <= size; number += 1) nodes.push(await start(number));
    return nodes;
  }

  async function channelsOf(number: number): Promise<Channels> {
    const channels = speakingAs(await identityOfNode(number));
    endings.push(() => channels.close());
    return channels;
  }

  return {
    ...{ authority, record, start, startAll, peer, identity, channelsOf },
    async end() {
      for (const ending of endings.splice(0).reverse()) await ending();
    },
  };
}

/** What became of a call, in one word or three. */
export const reasonOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'it succeeded',
    (caught: unknown) => clusterErrorFrom(caught).reason,
  );
