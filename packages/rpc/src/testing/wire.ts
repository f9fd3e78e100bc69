/** A node on loopback for tests of the wire: a TLS listener, a server of ours behind it, and callers for it. */
// oxlint-disable no-restricted-imports -- a helper of tests, which may touch the machine
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import tls from 'node:tls';
import { createChannels, type Channels, type Peer } from '../channels.ts';
import { createCredentials } from '../credentials.ts';
import { createServer, type RpcServer, type ServerOptions } from '../server.ts';
import { nodeUuidOf, type Identity } from './certificates.ts';

export type NodePeer = Extract<Peer, { kind: 'node' }>;

export interface TestNode {
  readonly peer: NodePeer;
  readonly server: RpcServer;
  /** Ends as a daemon does: no new connections, then the calls under way. */
  stop(graceMs?: number): Promise<void>;
}

export const peerAt = (uuid: string, port: number, name = uuid): NodePeer => ({
  kind: 'node',
  name,
  uuid,
  address: '127.0.0.1',
  port,
});

export async function listening(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

interface NodeOptions extends Partial<ServerOptions> {
  readonly uuid: string;
  readonly identity: Identity;
  readonly port?: number;
  /** Adds the services. */
  readonly serving: (server: RpcServer) => void;
}

const identify: ServerOptions['identify'] = (der) => {
  const nodeUuid = nodeUuidOf(der);
  return nodeUuid === undefined ? undefined : { nodeUuid };
};

export async function startNode({
  uuid,
  identity,
  port,
  serving,
  ...options
}: NodeOptions): Promise<TestNode> {
  const server = createServer({ identify, authorise: () => undefined, ...options });
  serving(server);
  const listener = tls.createServer({
    ca: identity.caPem,
    cert: identity.certificatePem,
    key: identity.privateKeyPem,
    requestCert: true,
    rejectUnauthorized: true,
    ALPNProtocols: ['h2'],
  });
  listener.on('secureConnection', (socket) => server.accept(socket));
  const peer = peerAt(uuid, await listening(listener, port));
  const stop = async (graceMs = 1_000) => {
    listener.close();
    await server.shutdown(graceMs);
  };
  return { peer, server, stop };
}

export const credentialsOf = (identity: Identity) =>
  createCredentials({
    identity,
    verifyPeer: ({ uuid }, der) =>
      nodeUuidOf(der) === uuid ? undefined : `the certificate is that of ${nodeUuidOf(der)}, not ${uuid}`,
  });

/** Channels of the node with this identity; short times, so that no test waits long. */
export const channelsOf = (identity: Identity, connectMs = 500): Channels =>
  createChannels({ credentials: credentialsOf(identity), connectMs, reconnectMaxMs: 500 });
