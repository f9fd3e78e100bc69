/** A server of ours over real connections: who may call what, what is told of failures, and how it ends. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Duplex } from 'node:stream';
import { ClusterError } from '@quorate/domain/errors';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createChannels, type CallOptions, type Channels, type Peer } from './channels.ts';
import { createServer, type CallRecord, type Caller, type Handlers, type ServerOptions } from './server.ts';
import { nodeServices, standardServices } from './services.ts';
import { testCluster } from './testing/certificates.ts';
import { channelsOf, startNode } from './testing/wire.ts';

const cluster = testCluster('c1');
const node1 = cluster.identity('node1');
const node2 = cluster.identity('node2');
const patient: CallOptions = { deadlineMs: 10_000 };
const slackMs = 250;

const closers: (() => unknown)[] = [];
const afterwards = (close: () => unknown) => closers.push(close);
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rpc-socket-'));
  afterwards(() => rmSync(folder, { recursive: true, force: true }));
});

type VoteHandler = Handlers<typeof nodeServices.vote>['GetVote'];

interface Scene {
  readonly channels: Channels;
  readonly node: Peer;
  readonly socket: Peer;
  readonly records: CallRecord[];
  readonly stop: (graceMs: number) => Promise<void>;
  readonly setServing: (serving: boolean) => void;
}

/** A server reachable by both ways, and channels that use them. */
async function scene(GetVote: VoteHandler, options: Partial<ServerOptions> = {}): Promise<Scene> {
  const records: CallRecord[] = [];
  const { peer, server, stop } = await startNode({
    uuid: 'node2',
    identity: node2,
    serving: (rpc) => rpc.serve(nodeServices.vote, { GetVote }),
    onCall: (record) => records.push(record),
    ...options,
  });
  const socketPath = path.join(folder, 'daemon');
  await server.listenOnSocket(socketPath);
  afterwards(() => stop(10));
  const channels = channelsOf(node1);
  afterwards(() => channels.close());
  const socket = { kind: 'socket', name: 'the daemon', path: socketPath } as const;
  return { channels, node: peer, socket, records, stop, setServing: server.setServing };
}

const getVote = ({ channels }: Scene, peer: Peer, options = patient) =>
  channels.call(peer, nodeServices.vote.GetVote, {}, options);

const caught = (promise: Promise<unknown>): Promise<ClusterError> =>
  promise.then(
    () => expect.fail('it succeeded'),
    (error) => (error instanceof ClusterError ? error : expect.fail(`not a ClusterError: ${String(error)}`)),
  );

const whoCalls = () => {
  const callers: Caller[] = [];
  const handler: VoteHandler = async (_request, caller) => {
    callers.push(caller);
    return {};
  };
  return { callers, handler };
};

describe('who calls', () => {
  it('is local over the Unix socket, and needs no certificate', async () => {
    const { callers, handler } = whoCalls();
    const { socket } = await scene(handler);
    const channels = createChannels({ connectMs: 500, reconnectMaxMs: 500 });
    afterwards(() => channels.close());
    await channels.call(socket, nodeServices.vote.GetVote, {}, patient);
    expect(callers).toEqual([{ kind: 'local' }]);
  });

  it('is the node whose certificate it shows', async () => {
    const { callers, handler } = whoCalls();
    const here = await scene(handler);
    await getVote(here, here.node);
    expect(callers).toEqual([
      { kind: 'node', uuid: 'node1', address: expect.stringMatching(/127\.0\.0\.1:\d+$/) },
    ]);
  });

  it('is refused if the certificate is nobody’s (BEH-290)', async () => {
    const { callers, handler } = whoCalls();
    const here = await scene(handler, { identify: () => undefined });
    expect(await caught(getVote(here, here.node))).toMatchObject({ reason: 'NOT_AUTHENTICATED' });
    expect(callers).toEqual([]);
    expect(here.records).toMatchObject([{ reason: 'NOT_AUTHENTICATED', caller: { kind: 'node', uuid: '' } }]);
  });
});

describe('what a caller may', () => {
  const authorise: ServerOptions['authorise'] = (call, caller) =>
    caller.kind === 'local' ? undefined : `${call.split('/')[2]} is for local administrators`;

  it('is asked before the handler, and told with the reason', async () => {
    const { callers, handler } = whoCalls();
    const here = await scene(handler, { authorise });
    expect(await caught(getVote(here, here.node))).toMatchObject({
      reason: 'NOT_ALLOWED',
      message: 'GetVote is for local administrators',
    });
    await getVote(here, here.socket);
    expect(callers).toEqual([{ kind: 'local' }]);
  });

  it('is asked for streams and for the health service too', async () => {
    const here = await scene(async () => ({}), { authorise });
    const { Check, Watch } = standardServices.health;
    expect(await caught(here.channels.call(here.node, Check, {}, patient))).toMatchObject({
      reason: 'NOT_ALLOWED',
    });
    const watch = async () => {
      for await (const _status of here.channels.stream(here.node, Watch, {}, patient));
    };
    expect(await caught(watch())).toMatchObject({ reason: 'NOT_ALLOWED' });
  });
});

describe('a failed call', () => {
  it('of a program error is INTERNAL, without a stack', async () => {
    const here = await scene(async () => {
      throw new TypeError('x is not a function');
    });
    const error = await caught(getVote(here, here.node));
    expect(error).toMatchObject({ reason: 'INTERNAL', message: 'x is not a function' });
    expect(JSON.stringify(error.facts)).not.toContain('server.wire');
  });

  it('is recorded with path, caller, reason and duration', async () => {
    const here = await scene(async () => {
      throw new ClusterError('NOT_IN_CLUSTER', 'This host is in no cluster');
    });
    await caught(getVote(here, here.node));
    expect(here.records).toEqual([
      {
        path: '/quorate.node.v1.VoteService/GetVote',
        caller: { kind: 'node', uuid: 'node1', address: expect.any(String) },
        reason: 'NOT_IN_CLUSTER',
        why: 'This host is in no cluster',
        durationMs: expect.any(Number),
      },
    ]);
  });
});

describe('a Unix socket', () => {
  it('that somebody listens on is said to be in use', async () => {
    const here = await scene(async () => ({}));
    const second = createServer({ identify: () => undefined, authorise: () => undefined });
    const { path: taken } = here.socket as Extract<Peer, { kind: 'socket' }>;
    const error = await caught(second.listenOnSocket(taken));
    expect(error).toMatchObject({ reason: 'ADDRESS_IN_USE', message: expect.stringContaining(taken) });
    await second.shutdown(10);
  });
});

describe('the end of a server', () => {
  /** A handler that is under way until told to answer. */
  function pausing() {
    let arrived = () => {};
    let answer = () => {};
    const called = new Promise<void>((resolve) => (arrived = resolve));
    const released = new Promise<void>((resolve) => (answer = resolve));
    const handler: VoteHandler = async () => {
      arrived();
      await released;
      return { epoch: 7 };
    };
    return { handler, called, answer: () => answer() };
  }

  it('does not wait for a connection whose other end takes nothing more', async () => {
    const server = createServer({ identify: () => undefined, authorise: () => undefined });
    const mute = new Duplex({ read: () => undefined, write: () => undefined });
    server.accept(mute);
    await server.shutdown(10);
    expect(mute.destroyed).toBe(true);
  });

  it.each(['node', 'socket'] as const)(
    'lets a call by %s that is under way finish, and takes no new one',
    async (way) => {
      const { handler, called, answer } = pausing();
      const here = await scene(handler);
      const asked = getVote(here, here[way]);
      await called;
      const stopped = here.stop(5_000);
      const refused = { node: 'UNREACHABLE', socket: 'DAEMON_NOT_RUNNING' };
      expect(await caught(getVote(here, here[way]))).toMatchObject({ reason: refused[way] });
      answer();
      expect(await asked).toMatchObject({ epoch: 7 });
      await stopped;
    },
  );

  it.each(['node', 'socket'] as const)('waits no longer than the grace for a call by %s', async (way) => {
    const { handler, called } = pausing();
    const here = await scene(handler);
    const asked = caught(getVote(here, here[way]));
    await called;
    const began = performance.now();
    await here.stop(200);
    expect(performance.now() - began).toBeLessThan(200 + slackMs);
    expect(await asked).toMatchObject({ reason: 'UNREACHABLE', facts: { cause: 'lost' } });
  });

  it('removes the socket, and may be repeated', async () => {
    const here = await scene(async () => ({}));
    await getVote(here, here.socket);
    await here.stop(1_000);
    await here.stop(1_000);
    expect(existsSync(path.join(folder, 'daemon'))).toBe(false);
  });

  it('is not held up by watchers of its health', async () => {
    const here = await scene(async () => ({}));
    const seen: string[] = [];
    const watched = (async () => {
      const { Watch } = standardServices.health;
      for await (const { status } of here.channels.stream(here.node, Watch, {}, patient)) {
        seen.push(status);
        if (seen.length === 1) here.setServing(false);
        if (seen.length === 2) here.setServing(true);
        if (seen.length === 3) void here.stop(5_000);
      }
    })();
    const began = performance.now();
    await watched;
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(seen).toEqual(['SERVING', 'NOT_SERVING', 'SERVING', 'NOT_SERVING']);
  });
});

describe('the health service', () => {
  it.each([
    ['', 'SERVING'],
    ['quorate.node.v1.VoteService', 'SERVING'],
  ])('says of %j: %s', async (service, status) => {
    const here = await scene(async () => ({}));
    const { Check } = standardServices.health;
    expect(await here.channels.call(here.socket, Check, { service }, patient)).toEqual({ status });
    here.setServing(false);
    expect(await here.channels.call(here.socket, Check, { service }, patient)).toEqual({
      status: 'NOT_SERVING',
    });
  });

  it('does not know other services', async () => {
    const here = await scene(async () => ({}));
    const { Check, Watch } = standardServices.health;
    await caught(here.channels.call(here.socket, Check, { service: 'other' }, patient));
    for await (const { status } of here.channels.stream(here.socket, Watch, { service: 'other' }, patient)) {
      expect(status).toBe('SERVICE_UNKNOWN');
      break;
    }
    await vi.waitFor(() => expect(here.records).toHaveLength(2));
  });
});
