/**
 * One gRPC channel to one peer, which knows when it is stuck.
 *
 * grpc-js has no connect time-out: a host that takes the TCP connection and then says nothing (a stopped one
 * does that) leaves a channel connecting for ever, and its calls with it. A connection of ours is given up
 * after `connectMs`, socket and all; whoever calls next gets a new one.
 */
import {
  Client,
  connectivityState,
  credentials as grpcCredentials,
  type ChannelCredentials,
} from '@grpc/grpc-js';
import type { NodeUuid } from '@quorate/domain/roster';
import { expecting } from './credentials.ts';
import { socketsTo, targetOf, type Endpoint, type Place } from './endpoint.ts';
import { sharedOptions } from './limits.ts';

/** The other end of a call: a daemon on a node, or one on this host by its Unix socket. */
export type Peer =
  | {
      readonly kind: 'node';
      readonly name: string;
      readonly uuid: NodeUuid;
      /** Literal IP; names are never resolved here. */
      readonly address: string;
      readonly port: number;
      /** It was taken out of the cluster and is told so: what it shows may be revoked by now. */
      readonly leaving?: boolean;
    }
  | { readonly kind: 'socket'; readonly name: string; readonly path: string };

export interface ConnectionOptions {
  /** Needed for peers of kind `node`. */
  readonly credentials?: ChannelCredentials;
  /** A connection that is not there after this long is given up. */
  readonly connectMs: number;
  /** Longest pause between two attempts to connect. */
  readonly reconnectMaxMs: number;
}

export interface Connection {
  readonly client: Client;
  isReady(): boolean;
  /** Given up: it did not come about within `connectMs`. */
  isGivenUp(): boolean;
  /** To be called with every call: sees to it that a connection that does not come about is given up. */
  watch(): void;
  /** Counts a call; what it answers with says that this call is over. */
  begin(): () => void;
  /** Takes no more calls; those under way finish, an attempt to connect ends. */
  retire(): void;
  /** Gives place to a newer one: nobody begins another call here, and it ends with the last one under way, or now. */
  outdate(onEnd: () => void): void;
  /** Ends it at once, with every call. */
  destroy(): void;
}

/** `192.0.2.2:1811`, `[2001:db8::2]:1811` or the path of a socket. */
export function addressOf(peer: Peer): string {
  if (peer.kind === 'socket') return peer.path;
  return peer.address.includes(':') ? `[${peer.address}]:${peer.port}` : `${peer.address}:${peer.port}`;
}

function credentialsFor(peer: Peer, { credentials }: ConnectionOptions): ChannelCredentials {
  if (peer.kind === 'socket') return grpcCredentials.createInsecure();
  if (credentials === undefined) throw new Error(`No credentials to call ${peer.name} with`);
  return credentials;
}

function openClient(
  peer: Peer,
  { pinned, ...options }: ConnectionOptions & { readonly pinned: boolean },
  endpoint: Endpoint,
): Client {
  const { target, option } = targetOf(endpoint, peer.kind === 'socket' ? 'localhost' : peer.uuid);
  return new Client(target, credentialsFor(peer, options), {
    ...sharedOptions,
    ...option,
    ...(peer.kind === 'node' && expecting({ uuid: peer.uuid, pinned, leaving: peer.leaving ?? false })),
    'grpc.enable_http_proxy': 0,
    // The shared pool would hand a stuck connection on to the channel that is to replace it.
    'grpc.use_local_subchannel_pool': 1,
    'grpc.initial_reconnect_backoff_ms': Math.min(100, options.reconnectMaxMs),
    'grpc.max_reconnect_backoff_ms': options.reconnectMaxMs,
  });
}

const placeOf = (peer: Peer): Place =>
  peer.kind === 'socket' ? { path: peer.path } : { host: peer.address, port: peer.port };

/** Opens the channel; connecting begins with the first call. `pinned`: for calls that need it (domain/pins.ts). */
export function openConnection(peer: Peer, options: ConnectionOptions, pinned: boolean): Connection {
  const sockets = socketsTo(placeOf(peer));
  const client = openClient(peer, { ...options, pinned }, sockets.endpoint);
  const channel = client.getChannel();
  let watching = false;
  let givenUp = false;
  let callsUnderWay = 0;
  let onLastCall: (() => void) | undefined;

  const isReady = () => channel.getConnectivityState(false) === connectivityState.READY;
  const retire = () => {
    client.close();
    sockets.cutAttempt();
  };
  const giveUp = () => {
    givenUp = true;
    retire();
  };
  const watchUntil = (deadline: number) => {
    const state = channel.getConnectivityState(true);
    if (state === connectivityState.READY) sockets.connected();
    watching = state === connectivityState.IDLE || state === connectivityState.CONNECTING;
    if (!watching) return;
    channel.watchConnectivityState(state, deadline, (tooLate) =>
      tooLate === undefined ? watchUntil(deadline) : giveUp(),
    );
  };

  const begin = () => {
    callsUnderWay += 1;
    return () => {
      callsUnderWay -= 1;
      if (callsUnderWay === 0) onLastCall?.();
    };
  };

  return {
    client,
    isReady,
    begin,
    outdate: (onEnd) => {
      onLastCall = () => {
        retire();
        onEnd();
      };
      if (callsUnderWay === 0) onLastCall();
    },
    isGivenUp: () => givenUp,
    watch: () => {
      if (!watching) watchUntil(Date.now() + options.connectMs);
    },
    retire,
    destroy: () => {
      client.close();
      sockets.cutAll();
    },
  };
}
