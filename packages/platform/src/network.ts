/** What this host's network looks like, and whether something listens elsewhere. Changes nothing. */
import { readFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { systemCode } from './machine-error.ts';

export interface OwnAddress {
  readonly address: string;
  readonly device: string;
  readonly family: 4 | 6;
}

/** The addresses of all interfaces that are up, loopback included. */
export function ownAddresses(): readonly OwnAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([label, addresses = []]) =>
    addresses.map(({ address, family }) => ({
      address,
      // An address with a label (eth0:0) is listed under it; the device is what stands before the colon.
      device: label.split(':')[0] ?? label,
      family: family === 'IPv4' ? (4 as const) : (6 as const),
    })),
  );
}

/** Whether this host answers for the address, in whatever way it has it: by listening there, on a port of the system's choice. */
export const holdsAddress = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: address, port: 0 }, () => server.close(() => resolve(true)));
  });

/** Whether there is a network device of this name, up or down. Asks /proc: /sys may show another namespace's. */
export async function deviceExists(name: string): Promise<boolean> {
  const lines = (await readFile('/proc/self/net/dev', 'utf8')).split('\n').slice(2);
  return lines.some((line) => line.includes(':') && line.slice(0, line.lastIndexOf(':')).trim() === name);
}

/**
 * What a connection attempt met. `refused`: something answered, but nobody listens there. `silent`: no answer in time.
 * `unreachable`: the network says it cannot be reached, or it is no address.
 */
export type TcpAnswer = 'open' | 'refused' | 'silent' | 'unreachable';

function answerOf(caught: unknown): TcpAnswer {
  const code = systemCode(caught);
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return 'refused';
  return code === 'ETIMEDOUT' ? 'silent' : 'unreachable';
}

/** Connects and hangs up; nothing is sent. `host` should be a literal address: a name costs a lookup on top of the limit. */
export const probeTcp = (host: string, port: number, timeoutMs: number): Promise<TcpAnswer> =>
  new Promise((resolve) => {
    const socket = createConnection({ host, port });
    const end = (answer: TcpAnswer) => {
      clearTimeout(limit);
      socket.destroy();
      resolve(answer);
    };
    const limit = setTimeout(() => end('silent'), timeoutMs);
    socket.once('connect', () => end('open'));
    socket.on('error', (caught) => end(answerOf(caught)));
  });
