/**
 * A lock between programs of one host: an abstract Unix socket that is bound or not.
 *
 * The kernel frees it when its holder dies, however that happens, and nothing lies about on disk. It holds within one
 * network namespace, among all users: it keeps honest programs apart, it is no defence. It does not wait and is not
 * re-entrant.
 */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { systemCode } from './machine-error.ts';

export interface Lock {
  release(): Promise<void>;
}

/** The directory is known by device and inode, so that two paths to it, or a renamed one, are the same lock. */
async function socketName(name: string, directory: string | undefined): Promise<string> {
  const place = directory === undefined ? undefined : await stat(directory, { bigint: true });
  const text = place ? `${place.dev}:${place.ino}:${name}` : name;
  return `\0quorate-lock-${createHash('sha256').update(text).digest('hex')}`;
}

/** Someone who connects to it is sent away; only the name counts. */
const listen = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path, exclusive: true }, resolve);
  });

const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

/**
 * Takes the lock of this name, undefined if someone else (or this very process) holds it.
 *
 * `directory` must exist and makes the name belong to it; without one the name alone counts, for the whole host.
 */
export async function acquireLock(name: string, directory?: string): Promise<Lock | undefined> {
  const server = createServer((socket) => socket.destroy());
  try {
    await listen(server, await socketName(name, directory));
  } catch (caught) {
    if (systemCode(caught) === 'EADDRINUSE') return undefined;
    throw caught;
  }
  server.unref();
  return { release: () => close(server) };
}
