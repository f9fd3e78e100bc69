/** Calls over real gRPC and TLS on loopback: to nodes that answer, that refuse, and that do neither. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { ClusterError } from '@quorate/domain/errors';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { askMany } from './ask-many.ts';
import type { CallOptions, Channels, Peer } from './channels.ts';
import type { Caller, Handlers } from './server.ts';
import { masterServices, nodeServices } from './services.ts';
import { testCluster } from './testing/certificates.ts';
import { channelsOf, credentialsOf, listening, peerAt, startNode, type NodePeer } from './testing/wire.ts';

const cluster = testCluster('c1');
const node1 = cluster.identity('node1');
const node2 = cluster.identity('node2');
const stranger = testCluster('c1').identity('node2');

const connectMs = 500;
const patient: CallOptions = { deadlineMs: 10_000 };
/** What a call may need on top of its limit on a busy machine. */
const slackMs = 250;

const closers: (() => unknown)[] = [];
const afterwards = (close: () => unknown) => closers.push(close);
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closers.splice(0).reverse()) await close();
});

const channels = (identity = node1, limitMs = connectMs): Channels => {
  const opened = channelsOf(identity, limitMs);
  afterwards(() => opened.close());
  return opened;
};

type VoteHandler = Handlers<typeof nodeServices.vote>['GetVote'];
const voting: VoteHandler = async () => ({ nodeUuid: 'node2', epoch: 3 });

async function node(GetVote: VoteHandler = voting, { identity = node2, port = 0, uuid = 'node2' } = {}) {
  const started = await startNode({
    uuid,
    identity,
    port,
    serving: (server) => server.serve(nodeServices.vote, { GetVote }),
  });
  afterwards(() => started.stop(100));
  return started;
}

/** A handler that never answers; `called` brings the signal by which it learns that nobody waits any more. */
function hanging() {
  let arrived: (signal: AbortSignal) => void = () => undefined;
  const called = new Promise<AbortSignal>((resolve) => (arrived = resolve));
  const handler: VoteHandler = (_request, _caller, signal) => {
    arrived(signal);
    return new Promise(() => undefined);
  };
  return { handler, called };
}

const aborted = (signal: AbortSignal) => vi.waitFor(() => expect(signal.aborted).toBe(true));

async function master(Failover: Handlers<typeof masterServices.mastership>['Failover']) {
  const StandDown = async () => ({});
  const HandOver = async () => ({ epoch: 1, version: null });
  const started = await startNode({
    uuid: 'node2',
    identity: node2,
    serving: (server) => server.serve(masterServices.mastership, { Failover, HandOver, StandDown }),
  });
  afterwards(() => started.stop(100));
  return started;
}

const getVote = (from: Channels, peer: Peer, options = patient) =>
  from.call(peer, nodeServices.vote.GetVote, {}, options);

const caught = (promise: Promise<unknown>): Promise<ClusterError> =>
  promise.then(
    () => expect.fail('it succeeded'),
    (error) => (error instanceof ClusterError ? error : expect.fail(`not a ClusterError: ${String(error)}`)),
  );

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  return [await work(), performance.now() - began];
}

const openSockets = () =>
  process.getActiveResourcesInfo().filter((kind) => /TCP.*Wrap|TLS/.test(kind)).length;
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

describe('a call', () => {
  it('brings the question to the node and its answer back, each side knowing the other', async () => {
    const callers: Caller[] = [];
    const { peer } = await node(async (_request, caller) => {
      callers.push(caller);
      return {
        nodeUuid: 'node2',
        epoch: 3,
        master: { nodeUuid: 'node9', epoch: 2 },
        clockMs: 1_900_000_000_123,
      };
    });
    const answer = await getVote(channels(), peer);
    expect(answer).toMatchObject({ nodeUuid: 'node2', epoch: 3, clusterUuid: '', version: null });
    expect(answer).toMatchObject({ master: { nodeUuid: 'node9', epoch: 2 }, clockMs: 1_900_000_000_123 });
    expect(callers).toMatchObject([{ kind: 'node', uuid: 'node1' }]);
  });

  it('carries a configuration of several megabytes', async () => {
    const record = 'x'.repeat(6 * 1024 * 1024);
    const { peer } = await startNode({
      uuid: 'node2',
      identity: node2,
      serving: (server) =>
        server.serve(nodeServices.configuration, {
          PutConfiguration: async (request) => ({ holdsRecord: request.record === record }),
          GetConfiguration: async () => ({ record }),
        }),
    }).then((started) => (afterwards(() => started.stop(100)), started));
    const from = channels();
    expect(
      await from.call(peer, nodeServices.configuration.PutConfiguration, { record }, patient),
    ).toMatchObject({
      holdsRecord: true,
    });
    const got = await from.call(peer, nodeServices.configuration.GetConfiguration, {}, patient);
    expect(got.record === record).toBe(true);
  });

  it('takes no notice of a proxy in the environment', async () => {
    for (const name of ['http_proxy', 'https_proxy', 'grpc_proxy', 'all_proxy']) {
      vi.stubEnv(name, 'http://127.0.0.1:9');
    }
    expect(await getVote(channels(), (await node()).peer)).toMatchObject({ epoch: 3 });
  });

  it('fails with what the peer threw: reason, sentence, hint and facts', async () => {
    const { peer } = await node(async () => {
      throw new ClusterError('EPOCH_TOO_OLD', 'Epoch 3 is over', {
        hint: 'Ask again',
        facts: { epoch: '7' },
      });
    });
    const error = await caught(getVote(channels(), peer));
    expect(error).toMatchObject({ reason: 'EPOCH_TOO_OLD', message: 'Epoch 3 is over', hint: 'Ask again' });
    expect(error.facts).toEqual({ epoch: '7', node: 'node2', address: `127.0.0.1:${peer.port}` });
  });

  it('survives a long report of the peer', async () => {
    const { peer } = await node(async () => {
      throw new ClusterError('NO_MAJORITY', 'node is silent, '.repeat(4_000));
    });
    expect(await caught(getVote(channels(), peer))).toMatchObject({ reason: 'NO_MAJORITY' });
  });

  it('says which method an older peer does not know', async () => {
    const error = await caught(
      channels().call((await node()).peer, nodeServices.office.GetOffice, {}, patient),
    );
    expect(error).toMatchObject({ reason: 'PROTOCOL_MISMATCH', facts: { node: 'node2' } });
    expect(error.message).toContain('GetOffice');
  });
});

describe('identity (BEH-182)', () => {
  const unreachable = (why: RegExp) => ({
    reason: 'UNREACHABLE',
    message: expect.stringMatching(why),
    facts: { node: expect.any(String), address: expect.stringMatching(/^127\.0\.0\.1:\d+$/), cause: 'tls' },
  });

  it('of another node of the same cluster is refused before anything is asked', async () => {
    const handler = vi.fn<VoteHandler>(voting);
    const { peer } = await node(handler);
    const error = await caught(getVote(channels(), { ...peer, uuid: 'node3', name: 'node3' }));
    expect(error).toMatchObject(unreachable(/that of node2, not node3/));
    expect(handler).not.toHaveBeenCalled();
  });

  it('of another cluster is refused by the caller', async () => {
    const { peer } = await node(voting, { identity: stranger });
    expect(await caught(getVote(channels(), peer))).toMatchObject(unreachable(/not issued by this cluster/));
  });

  it('of another cluster is refused by the node', async () => {
    // A stranger who has our cluster certificate, which is no secret, but a certificate of his own.
    const { peer } = await node();
    const error = await caught(getVote(channels({ ...stranger, caPem: node1.caPem }), peer));
    expect(error).toMatchObject(unreachable(/not accept the certificate of this node/));
  });
});

/** A process that takes connections into the kernel's queue and is then stopped, as a frozen host is. */
async function stoppedListener(backlog: number): Promise<{ port: number; process: ChildProcess }> {
  const script = `const server = require('net').createServer();
    server.listen({ port: 0, host: '127.0.0.1', backlog: ${backlog} }, () => console.log(server.address().port))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGSTOP');
  afterwards(() => child.kill('SIGKILL'));
  return { port: Number(line), process: child };
}

/** Fills a listener's queue, after which the kernel drops whoever else wants to connect. */
async function fillQueue(port: number): Promise<void> {
  const sockets = Array.from({ length: 4 }, () =>
    net.connect(port, '127.0.0.1').on('error', () => undefined),
  );
  afterwards(() => sockets.forEach((socket) => socket.destroy()));
  await settled();
}

/** Takes part in nothing, but notices when the other side hangs up. */
function holdAll(server: net.Server): Hole {
  const held = new Set<net.Socket>();
  const hold = (socket: net.Socket) => {
    held.add(socket.on('error', () => undefined).on('close', () => held.delete(socket)));
    socket.resume();
  };
  server.on(server instanceof tls.Server ? 'secureConnection' : 'connection', hold);
  afterwards(() => (held.forEach((socket) => socket.destroy()), server.close()));
  return { server, socketsLeft: () => held.size };
}

interface Hole {
  readonly server: net.Server;
  readonly socketsLeft: () => number;
}

const silentTls = () =>
  holdAll(tls.createServer({ ca: node2.caPem, cert: node2.certificatePem, key: node2.privateKeyPem }));

const tcpOnly = () => listening(holdAll(net.createServer()).server);

describe('a node that is not there', () => {
  it('refuses at once, and the next call tries afresh', async () => {
    const { peer, stop } = await node();
    await stop();
    const from = channels();
    const [error, ms] = await timed(() => caught(getVote(from, peer)));
    expect(error).toMatchObject({ reason: 'UNREACHABLE', facts: { cause: 'refused', node: 'node2' } });
    expect(error.message).toBe(
      `node2 (127.0.0.1:${peer.port}) is unreachable: it refused the connection, so no daemon listens there`,
    );
    expect(ms).toBeLessThan(connectMs);
    await node(voting, { port: peer.port });
    expect(await getVote(from, peer)).toMatchObject({ epoch: 3 });
  });

  it('was there a moment ago, and is again: no pause of a back-off in between', async () => {
    const first = await node();
    const from = channels();
    await getVote(from, first.peer);
    await first.stop();
    expect(await caught(getVote(from, first.peer))).toMatchObject({ reason: 'UNREACHABLE' });
    await node(voting, { port: first.peer.port });
    expect(await getVote(from, first.peer)).toMatchObject({ epoch: 3 });
  });

  it('goes away under a call', async () => {
    const { handler, called } = hanging();
    const { peer, stop } = await node(handler);
    const asked = caught(getVote(channels(), peer));
    await called;
    const [, ms] = await timed(() => stop(10));
    expect(ms).toBeLessThan(10 + slackMs);
    expect(await asked).toMatchObject({ reason: 'UNREACHABLE', facts: { cause: 'lost' } });
  });

  interface BlackHole {
    readonly port: number;
    readonly socketsLeft: () => number;
  }
  const inThisProcess = async ({ server, socketsLeft }: Hole) => ({
    port: await listening(server),
    socketsLeft,
  });
  const elsewhere = (port: number) => {
    const before = openSockets();
    return { port, socketsLeft: () => openSockets() - before };
  };
  const blackHoles: [string, () => Promise<BlackHole>][] = [
    [
      'is stopped: the kernel answers, the process does not',
      async () => elsewhere((await stoppedListener(16)).port),
    ],
    [
      'drops what is sent to it',
      async () => {
        const { port } = await stoppedListener(1);
        await fillQueue(port);
        return elsewhere(port);
      },
    ],
    ['accepts TCP and never does TLS', () => inThisProcess(holdAll(net.createServer()))],
    ['does TLS and never says anything', () => inThisProcess(silentTls())],
  ];

  it.each(blackHoles)('%s: UNREACHABLE within connectMs, and no socket is left', async (_name, dig) => {
    const hole = await dig();
    const [error, ms] = await timed(() => caught(getVote(channels(), peerAt('node2', hole.port))));
    expect(error).toMatchObject({ reason: 'UNREACHABLE', facts: { cause: 'silent', node: 'node2' } });
    expect(error.message).toMatch(/no answer within 0\.5 s$/);
    expect(ms).toBeGreaterThan(connectMs - 50);
    expect(ms).toBeLessThan(connectMs + slackMs);
    await vi.waitFor(() => expect(hole.socketsLeft()).toBe(0));
  });

  it('keeps no call longer than the call itself allows', async () => {
    const peer = peerAt('node2', await tcpOnly());
    const [error, ms] = await timed(() => caught(getVote(channels(), peer, { deadlineMs: 100 })));
    expect(error).toMatchObject({ reason: 'UNREACHABLE', message: expect.stringContaining('within 0.1 s') });
    expect(ms).toBeLessThan(100 + slackMs);
  });

  it('fails all calls that wait for the same connection, and is found again as soon as it is back', async () => {
    const hole = net.createServer((socket) => void socket.on('error', () => undefined).resume());
    const peer = peerAt('node2', await listening(hole));
    const from = channels();
    const errors = await Promise.all([1, 2, 3].map(() => caught(getVote(from, peer))));
    expect(errors.map(({ facts }) => facts['cause'])).toEqual(['silent', 'silent', 'silent']);
    await new Promise((resolve) => hole.close(resolve));
    await node(voting, { port: peer.port });
    const [answer, ms] = await timed(() => getVote(from, peer));
    expect(answer).toMatchObject({ epoch: 3 });
    expect(ms).toBeLessThan(connectMs);
  });

  it('is an unused Unix socket', async () => {
    const peer: Peer = { kind: 'socket', name: 'the master daemon', path: '/nonexistent/masterd' };
    const error = await caught(getVote(channels(), peer));
    expect(error).toMatchObject({ reason: 'DAEMON_NOT_RUNNING', facts: { address: '/nonexistent/masterd' } });
    expect(error.message).toBe('the master daemon does not run: nobody listens on /nonexistent/masterd');
  });
});

describe('a node that is slow', () => {
  it('is given until the deadline, and told that nobody waits any more', async () => {
    const { handler, called } = hanging();
    const { peer } = await node(handler);
    const [error, ms] = await timed(() => caught(getVote(channels(), peer, { deadlineMs: 700 })));
    expect(error).toMatchObject({ reason: 'TIMED_OUT', facts: { node: 'node2' } });
    expect(error.message).toBe(`node2 (127.0.0.1:${peer.port}) did not answer GetVote within 0.7 s`);
    expect(ms).toBeLessThan(700 + slackMs);
    await aborted(await called);
  });

  it('need not be waited for', async () => {
    const { peer } = await node(hanging().handler);
    const off = new AbortController();
    const asked = caught(getVote(channels(), peer, { ...patient, signal: off.signal }));
    off.abort();
    expect(await asked).toMatchObject({
      reason: 'TIMED_OUT',
      message: expect.stringContaining('called off'),
    });
    const tooLate = caught(getVote(channels(), peer, { ...patient, signal: off.signal }));
    expect(await tooLate).toMatchObject({ reason: 'TIMED_OUT' });
  });

  it('fails when the channels are closed', async () => {
    const { handler, called } = hanging();
    const { peer } = await node(handler);
    const from = channels();
    const asked = caught(getVote(from, peer));
    await called;
    from.close();
    expect(await asked).toMatchObject({ reason: 'UNREACHABLE' });
  });
});

describe('a round of votes over the wire', () => {
  /** Five nodes; the first four answer once `ready`, the fifth has its own way. */
  async function five(last: VoteHandler, ready: Promise<unknown> = Promise.resolve()) {
    const peers: NodePeer[] = [];
    for (const uuid of ['n1', 'n2', 'n3', 'n4', 'n5']) {
      const answering: VoteHandler = () => ready.then(() => ({ nodeUuid: uuid }));
      const { peer } = await node(uuid === 'n5' ? last : answering, {
        identity: cluster.identity(uuid),
        uuid,
      });
      peers.push(peer);
    }
    return peers;
  }
  const round = (peers: NodePeer[], enough: number, deadlineMs: number) => {
    const from = channels();
    const ask = (peer: NodePeer, signal: AbortSignal) =>
      getVote(from, peer, { deadlineMs, signal }).then(
        (vote) => vote.nodeUuid,
        (error: ClusterError) => `${peer.name} ${error.reason}`,
      );
    return askMany(peers, ask, { roundMs: 5_000, decided: (answers) => answers.length >= enough });
  };

  it('BEH-016 collects the others in parallel; the one that hangs ends with its call limit', async () => {
    const peers = await five(hanging().handler);
    const [answers, ms] = await timed(() => round(peers, 5, 800));
    expect(answers.slice(0, 4).toSorted()).toEqual(['n1', 'n2', 'n3', 'n4']);
    expect(answers[4]).toBe('n5 TIMED_OUT');
    expect(ms).toBeLessThan(800 + slackMs);
  });

  it('BEH-022 ends with the majority, and the node still thinking learns that nobody waits', async () => {
    const { handler, called } = hanging();
    const peers = await five(handler, called);
    expect(await round(peers, 3, 10_000)).toHaveLength(3);
    await aborted(await called);
  });
});

describe('a call with many answers', () => {
  const failover = (from: Channels, peer: Peer, options = patient) =>
    from.stream(peer, masterServices.mastership.Failover, { noVoting: true }, options);
  const step = (name: string) => ({ step: { name } });

  it('yields them in order and ends', async () => {
    const { peer } = await master(async (request, _caller, send) => {
      for (const name of ['ask', 'commit', String(request.noVoting)]) send(step(name));
    });
    const names: (string | undefined)[] = [];
    for await (const event of failover(channels(), peer)) names.push(event.step?.name);
    expect(names).toEqual(['ask', 'commit', 'true']);
  });

  it('fails with the reason after what had been said', async () => {
    const { peer } = await master(async (_request, _caller, send) => {
      send(step('ask'));
      throw new ClusterError('NO_MAJORITY', 'Two of five answer', { hint: 'Start them' });
    });
    const names: (string | undefined)[] = [];
    const listen = async () => {
      for await (const event of failover(channels(), peer)) names.push(event.step?.name);
    };
    expect(await caught(listen())).toMatchObject({ reason: 'NO_MAJORITY', hint: 'Start them' });
    expect(names).toEqual(['ask']);
  });

  it('is called off by leaving the loop', async () => {
    let gone: AbortSignal | undefined;
    const { peer } = await master((_request, _caller, send, signal) => {
      gone = signal;
      send(step('ask'));
      return new Promise(() => undefined);
    });
    for await (const event of failover(channels(), peer)) {
      expect(event.step?.name).toBe('ask');
      break;
    }
    await vi.waitFor(() => expect(gone?.aborted).toBe(true));
  });

  it('ends at its deadline', async () => {
    const { peer } = await master((_request, _caller, send) => {
      send(step('ask'));
      return new Promise(() => undefined);
    });
    const listen = async () => {
      for await (const _event of failover(channels(), peer, { deadlineMs: 600 }));
    };
    expect(await caught(listen())).toMatchObject({ reason: 'TIMED_OUT' });
  });

  it('is UNREACHABLE when nobody is there', async () => {
    const peer = peerAt('node2', await tcpOnly());
    const listen = async () => {
      for await (const _event of failover(channels(), peer));
    };
    expect(await caught(listen())).toMatchObject({ reason: 'UNREACHABLE', facts: { cause: 'silent' } });
  });
});

describe('credentials that are replaced', () => {
  it('let the calls under way finish, and are shown from the next call on', async () => {
    const release: (() => void)[] = [];
    const callers: Caller[] = [];
    const { peer } = await node((_request, caller) => {
      callers.push(caller);
      return new Promise((resolve) => release.push(() => resolve({ nodeUuid: 'node2', epoch: 3 })));
    });
    const from = channels();
    const underWay = [getVote(from, peer), getVote(from, peer)];
    await vi.waitFor(() => expect(release).toHaveLength(2));
    // Another node's, so that whoever is called can tell them apart.
    from.replaceCredentials(credentialsOf(cluster.identity('node3')));
    const next = getVote(from, peer);
    await vi.waitFor(() => expect(release).toHaveLength(3));
    const withTwoConnections = openSockets();
    for (const answer of release) answer();
    expect(await Promise.all([...underWay, next])).toMatchObject([{ epoch: 3 }, { epoch: 3 }, { epoch: 3 }]);
    expect(callers).toMatchObject([{ uuid: 'node1' }, { uuid: 'node1' }, { uuid: 'node3' }]);
    await vi.waitFor(() => expect(openSockets()).toBeLessThan(withTwoConnections));
  });

  it('fail no call while a connection is only being made', async () => {
    const { peer } = await node();
    // Twenty handshakes at once, on a machine that may have much else to do.
    const from = channels(node1, patient.deadlineMs);
    const calls: Promise<unknown>[] = [];
    for (let round = 0; round < 20; round += 1) {
      calls.push(getVote(from, peer));
      from.replaceCredentials(credentialsOf(node1));
    }
    expect(await Promise.allSettled(calls)).toEqual(
      calls.map(() => expect.objectContaining({ status: 'fulfilled' })),
    );
  });
});
