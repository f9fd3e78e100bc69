/**
 * Finds out which certificate, of those that were announced, the other end has its chain from. For a host that is in no
 * cluster yet: it knows a digest and needs the certificate.
 *
 * Nothing is sent on this connection, and nothing is proved by it: whoever showed the certificate need not have its key.
 * It is only what the next connection, a verified one, is checked by.
 */
import { connect, type DetailedPeerCertificate } from 'node:tls';
import { MachineError, messageOf } from './machine-error.ts';
import { pemText } from './pem.ts';

export interface ShownAuthority {
  readonly host: string;
  readonly port: number;
  /** SHA-256 (DER), lower-case hex: any of these. */
  readonly anchors: readonly string[];
  readonly timeoutMs: number;
}

/** PEM. Fails with UNREACHABLE, or NOT_AUTHENTICATED if what answers there shows none of them. */
export function shownAuthority({ host, port, anchors, timeoutMs }: ShownAuthority): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    const unreachable = (why: string): void =>
      reject(new MachineError('UNREACHABLE', `Nobody lets hosts join at ${host} port ${port}: ${why}`));
    const limit = setTimeout(() => {
      unreachable(`no answer within ${timeoutMs} ms`);
      socket.destroy();
    }, timeoutMs);
    socket.once('close', () => {
      clearTimeout(limit);
      // Of no effect if the certificate was seen.
      unreachable('the connection was closed');
    });
    socket.on('error', (error) => unreachable(messageOf(error)));
    socket.once('secureConnect', () => {
      const found = chainOf(socket.getPeerCertificate(true)).find((each) => anchors.includes(digestOf(each)));
      if (found) resolve(pemText('CERTIFICATE', found.raw));
      else reject(notAnnounced(host, port));
      socket.destroy();
    });
  });
}

/** The top of a chain is its own issuer. */
function chainOf(leaf: DetailedPeerCertificate): readonly DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  let next: DetailedPeerCertificate | undefined = leaf;
  while (next?.raw !== undefined && !chain.includes(next)) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}

const digestOf = ({ fingerprint256 }: DetailedPeerCertificate): string =>
  fingerprint256.replaceAll(':', '').toLowerCase();

const notAnnounced = (host: string, port: number): MachineError =>
  new MachineError(
    'NOT_AUTHENTICATED',
    `What answers at ${host} port ${port} does not have the certificate that the token speaks of`,
    { hint: 'Either it is not the cluster, or its certificate was renewed since: have another token made' },
  );
