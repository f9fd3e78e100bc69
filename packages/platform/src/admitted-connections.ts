/**
 * The connections that a listener let in, and which of them must end when an authority is trusted no more.
 *
 * A connection outlives the certificate it was opened with: without this, whoever holds an old key could keep one
 * open for ever.
 */
import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { certificatesIn } from './certificates.ts';

export interface AdmittedConnections {
  /** `shown` by `certificatesShownBy`. */
  add(socket: TLSSocket, shown: readonly Uint8Array[]): void;
  /** After the grace, cuts every connection whose certificate none of these authorities stands behind. */
  judgeLater(caPem: string): void;
  /** Judges nobody any more. */
  forget(): void;
}

export function createAdmittedConnections(graceMs: number): AdmittedConnections {
  const connections = new Map<TLSSocket, readonly Uint8Array[]>();
  let timer: NodeJS.Timeout | undefined;

  const judge = (caPem: string): void => {
    const authorities = certificatesIn(caPem).map((pem) => new X509Certificate(pem));
    for (const [socket, shown] of connections) if (!stoodFor(shown, authorities)) socket.destroy();
  };
  const forget = (): void => clearTimeout(timer);

  return {
    forget,
    add(socket, shown) {
      connections.set(socket, shown);
      socket.once('close', () => connections.delete(socket));
    },
    judgeLater(caPem) {
      forget();
      timer = setTimeout(() => judge(caPem), graceMs);
      timer.unref();
    },
  };
}

/** By the certificate itself, or by one that was shown with it and links it to the authority. */
const stoodFor = (shown: readonly Uint8Array[], authorities: readonly X509Certificate[]): boolean =>
  shown
    .map((der) => new X509Certificate(der))
    .some((each) => authorities.some((other) => each.checkIssued(other) && each.verify(other.publicKey)));

/**
 * The certificate of the other end and those it showed with it (DER). To be asked before `getPeerX509Certificate`, which
 * leaves OpenSSL's list without what is between the certificate and the authority (Node 20).
 */
export function certificatesShownBy(socket: TLSSocket): readonly Uint8Array[] {
  const chain = new Set<DetailedPeerCertificate>();
  let link: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (link?.raw && !chain.has(link)) {
    chain.add(link);
    link = link.issuerCertificate;
  }
  return [...chain].map(({ raw }) => raw);
}
