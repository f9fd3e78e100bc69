/**
 * Where the daemons of this node let the other nodes of its cluster in: both by the same bounds, shown the same
 * certificate, refusing for the same reasons. What is spoken with those who got in is not known here.
 */
import { type PeerIdentity, whyRefused } from '@quorate/domain/peer-identity';
import { timings } from '@quorate/domain/timings';
import { identityOf } from '@quorate/platform/certificates';
import type { Log } from '@quorate/platform/log';
import { sha256Hex } from '@quorate/platform/digest';
import { createTlsListener, type TlsListener, type TlsListenerParts } from '@quorate/platform/tls-listener';
import type { LiveIdentity } from './live-identity.ts';

export interface NodeListenerParts {
  readonly identity: LiveIdentity;
  readonly onConnection: TlsListenerParts['onConnection'];
  readonly log: Log;
}

export function createNodeListener({ identity, onConnection, log }: NodeListenerParts): TlsListener {
  const { clusterUuid } = identity.current();
  const listener = createTlsListener({
    identity: identity.current(),
    outdatedMs: timings.outdatedConnectionMs,
    limits: {
      handshakeMs: timings.handshakeMs,
      pendingTotal: timings.pendingHandshakesTotal,
      pendingPerAddress: timings.pendingHandshakesPerAddress,
    },
    admit: (der) => whyRefused(identityOf(der), clusterUuid),
    onConnection,
    onRefused: (address, why) => log.debug({ address, why }, 'connection refused'),
  });
  identity.follow((replaced) => listener.replaceIdentity(replaced));
  return listener;
}

/** Who shows this certificate (DER), and which of its certificates it is; undefined if it is nobody's. */
export function identifyCaller(
  der: Uint8Array,
): (PeerIdentity & { readonly certificateSha256: string }) | undefined {
  const identity = identityOf(der);
  return identity && { ...identity, certificateSha256: sha256Hex(der) };
}
