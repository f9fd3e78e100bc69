/**
 * The connections whose TLS handshake is not done, bounded in time, in total and per address.
 *
 * Above a bound the longest-waiting connection of the address that has most gives way: whoever arrives and is quick
 * gets in, however many are silent. Does not speak TLS; tls-listener.ts tells it who is through.
 */
import type { Socket } from 'node:net';

export interface HandshakeLimits {
  /** From accept to the end of the handshake, whatever the other end sends meanwhile. */
  readonly handshakeMs: number;
  readonly pendingTotal: number;
  readonly pendingPerAddress: number;
}

export interface PendingHandshakes {
  /** False if the connection is gone already. */
  add(socket: Socket): boolean;
  /** The handshake is done, the connection counts no more. False if it had been dropped before. */
  finish(socket: Socket): boolean;
  /** Drops a connection for this reason; nothing happens if that was done before. `certificate` is what it showed (DER). */
  refuse(socket: Socket, why: string, certificate?: Uint8Array): void;
}

interface Pending {
  readonly address: string;
  forget(): void;
  drop(why: string, certificate?: Uint8Array): void;
}

/** `onRefused` is called once for each connection that did not get through, whatever the reason. */
export function createPendingHandshakes(
  limits: HandshakeLimits,
  onRefused: (address: string, why: string, certificate?: Uint8Array) => void,
): PendingHandshakes {
  // Both in the order of arrival. An address without pending connections has no entry.
  const pending = new Map<string, Pending>();
  const byAddress = new Map<string, Set<Pending>>();

  function register(key: string, socket: Socket): Pending {
    const address = addressOf(socket);
    const neighbours = byAddress.get(address) ?? new Set<Pending>();
    // A timer of our own: a time-out of the socket would begin anew with each byte a slow stranger sends.
    const timer = setTimeout(
      () => entry.drop(`it took longer than ${limits.handshakeMs} ms`),
      limits.handshakeMs,
    );
    const entry: Pending = {
      address,
      forget() {
        clearTimeout(timer);
        pending.delete(key);
        neighbours.delete(entry);
        if (neighbours.size === 0) byAddress.delete(address);
      },
      drop(why, certificate) {
        entry.forget();
        socket.destroy();
        onRefused(address, why, certificate);
      },
    };
    pending.set(key, entry);
    byAddress.set(address, neighbours.add(entry));
    return entry;
  }

  function keepBounds(address: string): void {
    const neighbours = byAddress.get(address) ?? new Set();
    if (neighbours.size > limits.pendingPerAddress) oldestOf(neighbours)?.drop(tooMany);
    if (pending.size > limits.pendingTotal) oldestOf(fullestOf(byAddress))?.drop(tooMany);
  }

  return {
    add(socket) {
      const key = connectionKey(socket);
      if (key === undefined) {
        socket.destroy();
        return false;
      }
      const entry = register(key, socket);
      socket.once('close', () => {
        if (pending.get(key) === entry) entry.drop('it closed the connection during the handshake');
      });
      keepBounds(entry.address);
      return !socket.destroyed;
    },
    finish(socket) {
      const entry = pending.get(connectionKey(socket) ?? '');
      entry?.forget();
      return entry !== undefined;
    },
    refuse: (socket, why, certificate) => pending.get(connectionKey(socket) ?? '')?.drop(why, certificate),
  };
}

const tooMany = 'too many connections had not finished their handshake';

const oldestOf = (connections: ReadonlySet<Pending>): Pending | undefined =>
  connections.values().next().value;

const fullestOf = (groups: ReadonlyMap<string, ReadonlySet<Pending>>): ReadonlySet<Pending> =>
  [...groups.values()].reduce((fullest, group) => (group.size > fullest.size ? group : fullest));

/** Without the prefix that a socket for both families puts before IPv4 addresses. */
const addressOf = (socket: Socket): string => (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');

/** What a raw connection and the TLS connection inside it have in common; undefined once the other end is gone. */
function connectionKey({ remoteAddress, remotePort, localAddress, localPort }: Socket): string | undefined {
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return [remoteAddress, remotePort, localAddress, localPort].join(' ');
}
