/**
 * Calls to other daemons, over connections that are kept and, when they do not work, replaced.
 *
 * The one place that knows the traps of grpc-js. A call that fails for want of a connection takes its
 * connection with it, so that the next one tries afresh instead of being told what was true a while ago.
 * Nothing is repeated here: whether a question may be asked twice is for the caller to know.
 */
import {
  Metadata,
  type CallOptions as GrpcCallOptions,
  type ChannelCredentials,
  type ServiceError,
} from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import type { ClusterError } from '@quorate/domain/errors';
import { needsPinnedServer } from '@quorate/domain/method-table';
import type { NodeUuid } from '@quorate/domain/roster';
import { onAbort } from './abort.ts';
import {
  addressOf,
  openConnection,
  type Connection,
  type ConnectionOptions,
  type Peer,
} from './connection.ts';
import { failureOf, givenUp, type FailedCall } from './connection-failure.ts';
import type { StreamMethod, UnaryMethod } from './services.ts';

export type { Peer } from './connection.ts';
export type ChannelsOptions = ConnectionOptions;

export interface CallOptions {
  /** Every call has one: it fails then, whatever the peer does. */
  readonly deadlineMs: number;
  /** Calls it off. */
  readonly signal?: AbortSignal;
}

export interface Channels {
  /**
   * Asks once. Fails with the peer's own ClusterError; with UNREACHABLE if there is no connection, whose fact
   * `cause` is refused, no-route, silent (for `connectMs`), tls or lost; with TIMED_OUT if there is one but no
   * answer by the deadline, or the call was called off; with PROTOCOL_MISMATCH if the peer does not know the
   * method. The facts `node` and `address` say who was asked.
   */
  call<Req, Res, ReqOut, ResOut>(
    peer: Peer,
    method: UnaryMethod<Req, Res, ReqOut, ResOut>,
    request: Req,
    options: CallOptions,
  ): Promise<ResOut>;
  /** The same for a call with many answers; leaving the loop calls it off. */
  stream<Req, Res, ReqOut, ResOut>(
    peer: Peer,
    method: StreamMethod<Req, Res, ReqOut, ResOut>,
    request: Req,
    options: CallOptions,
  ): AsyncIterable<ResOut>;
  /**
   * From now on this process shows itself, and judges others, by these. Calls under way finish on the connections they
   * have; every next one finds, or opens, a connection made with the new credentials.
   */
  replaceCredentials(credentials: ChannelCredentials): void;
  /**
   * Whoever answers as this node now is to be looked at again: calls under way finish on the connections they have, the
   * next ones open new ones.
   */
  reconnect(node: NodeUuid): void;
  /** Ends all connections; calls under way fail. */
  close(): void;
}

/** One call as it is made: on which connection, and how a failure of it is told. */
interface Attempt {
  readonly connection: Connection;
  readonly grpcOptions: GrpcCallOptions;
  readonly failure: (error: ServiceError) => ClusterError;
  /** To be called when it has ended, however it did. */
  readonly over: () => void;
}

/** What is for candidates goes over connections of its own: who answers there must show the certificate that is pinned. */
const keyOf = (peer: Peer, pinned: boolean) =>
  peer.kind === 'socket'
    ? peer.path
    : [peer.uuid, addressOf(peer), pinned && 'pinned', peer.leaving && 'leaving'].join(' ');

/** The connections of a process, by peer. */
function createConnections(initial: ConnectionOptions) {
  let options = initial;
  const connections = new Map<string, Connection>();
  /** Replaced while calls were under way on them. */
  const outdated = new Set<Connection>();
  const outdate = (isMeant: (key: string) => boolean): void => {
    for (const [key, connection] of [...connections].filter(([each]) => isMeant(each))) {
      outdated.add(connection);
      connection.outdate(() => outdated.delete(connection));
      connections.delete(key);
    }
  };
  return {
    to(peer: Peer, pinned: boolean): Connection {
      const key = keyOf(peer, pinned);
      const known = connections.get(key);
      if (known !== undefined && !known.isGivenUp()) return known;
      const opened = openConnection(peer, options, pinned);
      connections.set(key, opened);
      return opened;
    },
    drop(peer: Peer, pinned: boolean, connection: Connection): void {
      const key = keyOf(peer, pinned);
      if (connections.get(key) !== connection) return;
      connections.delete(key);
      connection.retire();
    },
    replaceCredentials(credentials: ChannelCredentials): void {
      options = { ...options, credentials };
      outdate(() => true);
    },
    reconnect: (node: NodeUuid): void => outdate((key) => key.startsWith(`${node} `)),
    close(): void {
      for (const connection of [...connections.values(), ...outdated]) connection.destroy();
      connections.clear();
      outdated.clear();
    },
  };
}

/** The next call must not inherit the back-off of a connection that failed. */
const isConnectionLost = ({ reason }: ClusterError): boolean =>
  reason === 'UNREACHABLE' || reason === 'DAEMON_NOT_RUNNING';
export function createChannels(options: ChannelsOptions): Channels {
  const connections = createConnections(options);

  function attempt<Req, Res, ReqOut, ResOut>(
    peer: Peer,
    method: MethodDefinition<Req, Res, ReqOut, ResOut>,
    { deadlineMs, signal }: CallOptions,
  ): Attempt {
    const pinned = needsPinnedServer(method.path);
    const connection = connections.to(peer, pinned);
    connection.watch();
    const failure = (error: ServiceError) => {
      const failed: FailedCall = {
        peerName: peer.name,
        where: addressOf(peer),
        method: method.path.slice(method.path.lastIndexOf('/') + 1),
        deadlineMs,
        connectMs: options.connectMs,
        connected: connection.isReady(),
        calledOff: signal?.aborted ?? false,
      };
      const told = connection.isGivenUp() ? givenUp(failed, error) : failureOf(failed, error);
      if (isConnectionLost(told)) connections.drop(peer, pinned, connection);
      return told;
    };
    return {
      connection,
      failure,
      grpcOptions: { deadline: Date.now() + deadlineMs },
      over: connection.begin(),
    };
  }

  return {
    call(peer, method, request, callOptions) {
      const { connection, grpcOptions, failure, over } = attempt(peer, method, callOptions);
      return new Promise((resolve, reject) => {
        const call = connection.client.makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          request,
          new Metadata(),
          grpcOptions,
          (error, response) => {
            forget();
            if (error) reject(failure(error));
            else resolve(response!);
            over();
          },
        );
        const forget = onAbort(callOptions.signal, () => call.cancel());
      });
    },

    async *stream(peer, method, request, callOptions) {
      const { connection, grpcOptions, failure, over } = attempt(peer, method, callOptions);
      const call = connection.client.makeServerStreamRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        new Metadata(),
        grpcOptions,
      );
      const forget = onAbort(callOptions.signal, () => call.cancel());
      // Leaving the loop early cancels the call, which then reports an error that nobody waits for.
      call.on('error', () => undefined);
      try {
        yield* call;
      } catch (error) {
        throw failure(error as ServiceError);
      } finally {
        forget();
        call.cancel();
        over();
      }
    },

    replaceCredentials: (credentials) => connections.replaceCredentials(credentials),
    reconnect: (node) => connections.reconnect(node),
    close: () => connections.close(),
  };
}
