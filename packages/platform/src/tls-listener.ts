/**
 * The door of a daemon: accepts TCP, demands a certificate of this cluster, hands over what passed.
 *
 *   TCP accepted ──> pending ──handshake, chain, dates──> admit(certificate) ──> onConnection
 *                       └── too slow, too many, wrong ────────┴──> dropped, onRefused says why
 *
 * Knows nothing of what is spoken inside. No counterpart in Ganeti, where 64 silent connections stop a node.
 */
import { constants } from 'node:crypto';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import {
  certificatesShownBy,
  createAdmittedConnections,
  type AdmittedConnections,
} from './admitted-connections.ts';
import { MachineError, messageOf, systemCode } from './machine-error.ts';
import {
  createPendingHandshakes,
  type HandshakeLimits,
  type PendingHandshakes,
} from './pending-handshakes.ts';

export interface TlsIdentity {
  /** Whoever one of these authorities signed may knock. */
  readonly caPem: string;
  /** Behind it may stand what links it to an authority that the other side trusts. */
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface Endpoint {
  /** A literal address. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** A connection that was let in. */
export type AdmittedSocket = TLSSocket;

export interface TlsListenerParts {
  readonly identity: TlsIdentity;
  readonly limits: HandshakeLimits;
  readonly outdatedMs: number;
  /** Nobody is asked for a certificate, nor judged by one: `admit` is not called. */
  readonly strangers?: boolean;
  /** Why the holder of this certificate (DER; chain and dates are verified) is refused; undefined lets it in. */
  readonly admit: (der: Uint8Array) => string | undefined;
  readonly onConnection: (socket: TLSSocket) => void;
  /**
   * Once for each connection that did not get in, those that merely came and went included. `certificate` (DER) is what
   * it showed, if it did; nothing in it was verified.
   */
  readonly onRefused: (address: string, why: string, certificate?: Uint8Array) => void;
}

export interface TlsListener {
  /** Answers with what is really listened on. Repeatable. Throws ADDRESS_IN_USE, ADDRESS_NOT_OWNED or INTERNAL. */
  listen(at: Endpoint): Promise<Endpoint>;
  /** Frees the port and ends every connection that came through it. Repeatable. */
  unlisten(at: Endpoint): Promise<void>;
  /** `unlisten` for every endpoint. */
  close(): Promise<void>;
  /**
   * For the connections that come from now on. Those that came by an authority which is not among the new ones may
   * finish their calls for `outdatedMs`, and are cut then: their holders have long opened others.
   */
  replaceIdentity(identity: TlsIdentity): void;
}

export function createTlsListener(parts: TlsListenerParts): TlsListener {
  const pending = createPendingHandshakes(parts.limits, parts.onRefused);
  const admitted = createAdmittedConnections(parts.outdatedMs);
  const tls = createHandshaker(parts, pending, admitted);
  const doors = new Map<string, Promise<Door>>();

  const receive = (socket: Socket): void => {
    // The documented way in for connections that were accepted elsewhere.
    if (pending.add(socket)) tls.emit('connection', socket);
  };

  async function open(at: Endpoint): Promise<Endpoint> {
    const opening = openDoor(at, receive);
    if (at.port !== 0) doors.set(nameOf(at), opening);
    try {
      const { endpoint } = await opening;
      if (at.port === 0) doors.set(nameOf(endpoint), opening);
      return endpoint;
    } catch (error) {
      doors.delete(nameOf(at));
      throw error;
    }
  }

  async function listen(at: Endpoint): Promise<Endpoint> {
    const known = doors.get(nameOf(at));
    return known === undefined ? open(at) : (await known).endpoint;
  }

  async function unlisten(name: string): Promise<void> {
    const opening = doors.get(name);
    doors.delete(name);
    // One that could not be opened has told so to whoever opened it.
    const door = await opening?.catch(() => undefined);
    await door?.shut();
  }

  return {
    listen,
    unlisten: (at) => unlisten(nameOf(at)),
    close: async () => {
      admitted.forget();
      await Promise.all([...doors.keys()].map(unlisten));
    },
    replaceIdentity: (identity) => {
      tls.setSecureContext(contextOptions(identity));
      admitted.judgeLater(identity.caPem);
    },
  };
}

const nameOf = ({ host, port }: Endpoint): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

// --- doors: one TCP listener each

interface Door {
  readonly endpoint: Endpoint;
  shut(): Promise<void>;
}

async function openDoor(at: Endpoint, onSocket: (socket: Socket) => void): Promise<Door> {
  const inside = new Set<Socket>();
  const server = createTcpServer({ noDelay: true }, (socket) => {
    inside.add(socket);
    socket.once('close', () => inside.delete(socket));
    // The other end may vanish at any moment; that is never an error of this process.
    socket.on('error', () => socket.destroy());
    onSocket(socket);
  });
  const port = await startListening(server, at);
  const shut = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of inside) socket.destroy();
    });
  return { endpoint: { host: at.host, port }, shut };
}

function startListening(server: Server, at: Endpoint): Promise<number> {
  return new Promise((resolve, reject) => {
    // It stays: an error of a single accept later on must not end the process.
    server.on('error', (cause) => reject(listenError(at, cause)));
    server.listen({ host: at.host, port: at.port }, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : at.port);
    });
  });
}

function listenError(at: Endpoint, cause: Error): MachineError {
  const endpoint = nameOf(at);
  const facts = { address: endpoint };
  switch (systemCode(cause)) {
    case 'EADDRINUSE': {
      const hint = 'Stop the program that listens there, or choose another port in the settings';
      return new MachineError('ADDRESS_IN_USE', `${endpoint} is in use by another program`, {
        hint,
        facts,
        cause,
      });
    }
    case 'EADDRNOTAVAIL': {
      const hint = 'Bind to an address of this host';
      return new MachineError('ADDRESS_NOT_OWNED', `${at.host} is not an address of this host`, {
        hint,
        facts,
        cause,
      });
    }
    default:
      return new MachineError('INTERNAL', `Cannot listen on ${endpoint}: ${messageOf(cause)}`, {
        facts,
        cause,
      });
  }
}

// --- the handshake

function createHandshaker(
  parts: TlsListenerParts,
  pending: PendingHandshakes,
  admitted: AdmittedConnections,
) {
  const tls = createTlsServer({
    ...contextOptions(parts.identity),
    requestCert: parts.strangers !== true,
    // Refused by `whyNot` below instead of by Node, which drops the connection before it tells why.
    rejectUnauthorized: false,
    ALPNProtocols: ['h2'],
  });
  tls.on('secureConnection', (socket: TLSSocket) => {
    socket.on('error', () => socket.destroy());
    const shown = certificatesShownBy(socket);
    const why = whyNot(socket, parts);
    if (why !== undefined) pending.refuse(socket, why, shown[0]);
    else if (pending.finish(socket)) {
      admitted.add(socket, shown);
      parts.onConnection(socket);
    } else socket.destroy();
  });
  tls.on('tlsClientError', (error: Error, socket: TLSSocket) => pending.refuse(socket, wordsFor(error)));
  return tls;
}

const contextOptions = ({ caPem, certificatePem, privateKeyPem }: TlsIdentity) =>
  ({
    ca: caPem,
    cert: certificatePem,
    key: privateKeyPem,
    minVersion: 'TLSv1.2',
    // A resumed session would skip the check of the certificate, even after the identity was replaced.
    secureOptions: constants.SSL_OP_NO_TICKET,
  }) as const;

function whyNot(socket: TLSSocket, { strangers, admit }: TlsListenerParts): string | undefined {
  if (strangers) return socket.alpnProtocol === 'h2' ? undefined : speaksNoHttp2;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return 'it showed no certificate';
  if (!socket.authorized) return wordsFor(socket.authorizationError);
  if (socket.alpnProtocol !== 'h2') return speaksNoHttp2;
  try {
    return admit(certificate.raw);
  } catch (error) {
    return `the check of its certificate failed: ${messageOf(error)}`;
  }
}

const speaksNoHttp2 = 'it does not speak HTTP/2';
const foreignCertificate = 'its certificate was not signed by this cluster';

/** Codes of OpenSSL and Node, for operators. */
const words: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; compare the clocks',
  CERT_SIGNATURE_FAILURE: foreignCertificate,
  DEPTH_ZERO_SELF_SIGNED_CERT: foreignCertificate,
  SELF_SIGNED_CERT_IN_CHAIN: foreignCertificate,
  UNABLE_TO_GET_ISSUER_CERT: foreignCertificate,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: foreignCertificate,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: foreignCertificate,
  INVALID_PURPOSE: 'its certificate is not for clients',
  ERR_SSL_NO_APPLICATION_PROTOCOL: speaksNoHttp2,
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it offers no TLS version from 1.2 up',
  ERR_SSL_HTTP_REQUEST: 'it speaks HTTP without TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
};

/** Node types the outcome of a verification as an Error; in fact it is the code alone. */
function wordsFor(failure: unknown): string {
  const code = typeof failure === 'string' ? failure : (systemCode(failure) ?? messageOf(failure));
  return words[code] ?? `the TLS handshake failed: ${code}`;
}
