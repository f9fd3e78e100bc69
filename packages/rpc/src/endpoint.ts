/**
 * Where a channel connects to, handed to grpc-js as it is: no name, no DNS, and a way to cut the socket.
 *
 * grpc-js keeps the socket of an attempt to itself: closing a channel leaves a connect or a handshake that
 * nobody answers pending, for two minutes or for ever, and with it the process. What a resolver returns as
 * address however reaches `net.connect` unchanged, and that takes a signal which destroys the socket at any
 * stage. Hence a resolver of our own. It leans on the inside of grpc-js, whose version is pinned for it, and
 * channels.wire.test.ts counts the sockets that are left.
 */
import { experimental } from '@grpc/grpc-js';

/** A literal IP and port, or a Unix socket's path. */
export type Place = { readonly host: string; readonly port: number } | { readonly path: string };

/** `signal` is read anew for every attempt to connect, and destroys the socket of that attempt. */
export type Endpoint = Place & { readonly signal: AbortSignal };

/** The sockets of one channel: one at a time, or two while an old connection lets its last calls finish. */
export interface Sockets {
  readonly endpoint: Endpoint;
  /** The attempt under way has become a connection. */
  connected(): void;
  /** Destroys the socket of the attempt under way, if there is one. */
  cutAttempt(): void;
  cutAll(): void;
}

export function socketsTo(place: Place): Sockets {
  const all: AbortController[] = [];
  let attempt: AbortController | undefined;
  const begin = () => {
    attempt = new AbortController();
    all.push(attempt);
    return attempt.signal;
  };
  return {
    endpoint: Object.defineProperty({ ...place }, 'signal', { get: begin, enumerable: true }) as Endpoint,
    connected: () => (attempt = undefined),
    cutAttempt: () => attempt?.abort(),
    cutAll: () => all.forEach((socket) => socket.abort()),
  };
}

const scheme = 'quorate';
const endpointOption = 'quorate.endpoint';

/** The target and channel option that make a channel connect to `endpoint`. */
export const targetOf = (endpoint: Endpoint, authority: string) => ({
  target: `${scheme}:${authority}`,
  option: { [endpointOption]: endpoint },
});

type Resolver = Parameters<typeof experimental.registerResolver>[1];

class EndpointResolver {
  readonly #listener: experimental.ResolverListener;
  readonly #endpoint: Endpoint;
  #answered = false;

  constructor(...[, listener, options]: ConstructorParameters<Resolver>) {
    this.#listener = listener;
    this.#endpoint = options[endpointOption] as Endpoint;
  }

  /** Never answers within the call: the library's rule for resolvers. */
  updateResolution(): void {
    if (this.#answered) return;
    this.#answered = true;
    const endpoints = experimental.statusOrFromValue([{ addresses: [this.#endpoint] }]);
    queueMicrotask(() => this.#listener(endpoints, {}, null, ''));
  }

  destroy(): void {
    this.#answered = false;
  }

  static getDefaultAuthority({ path }: experimental.GrpcUri): string {
    return path;
  }
}

experimental.registerResolver(scheme, EndpointResolver);
