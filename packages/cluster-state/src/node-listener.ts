/**
 * Where the daemons of this node let the other nodes of its cluster in: both by the same bounds, shown the same
 * certificate, refusing for the same reasons. What is spoken with those who got in is not known here; whether they are
 * still to be spoken with is looked at again and again (open-connections.ts).
 */
import { type PeerIdentity, whyRefused } from '@quorate/domain/peer-identity';
import { timings } from '@quorate/domain/timings';
import { certificateSubject, identityOf } from '@quorate/platform/certificates';
import type { Clock } from '@quorate/platform/clock';
import { sha256Hex } from '@quorate/platform/digest';
import { createTlsListener, type TlsListener, type TlsListenerParts } from '@quorate/platform/tls-listener';
import type { Audit, CertificateShown } from './audit.ts';
import type { LiveIdentity } from './live-identity.ts';
import { createOpenConnections } from './open-connections.ts';
import type { State } from './state.ts';

export interface NodeListenerParts {
  readonly state: State;
  readonly identity: LiveIdentity;
  readonly onConnection: TlsListenerParts['onConnection'];
  readonly audit: Audit;
  readonly clock: Clock;
}

export interface NodeListener extends TlsListener {
  /** Until the signal, cuts the connections of nodes that are refused by now; never rejects. */
  watch(signal: AbortSignal): Promise<void>;
}

export function createNodeListener(parts: NodeListenerParts): NodeListener {
  const { state, identity, onConnection, audit, clock } = parts;
  const { clusterUuid } = identity.current();
  const refuse = (address: string, why: string, der?: Uint8Array): void =>
    audit.connection({ address, why, ...(der && { certificate: shownBy(der) }) });
  const connections = createOpenConnections({ state, clock, onCut: refuse });
  const listener = createTlsListener({
    identity: identity.current(),
    outdatedMs: timings.outdatedConnectionMs,
    limits: {
      handshakeMs: timings.handshakeMs,
      pendingTotal: timings.pendingHandshakesTotal,
      pendingPerAddress: timings.pendingHandshakesPerAddress,
    },
    admit: (der) => whyRefused(identityOf(der), clusterUuid),
    onConnection: (socket) => {
      connections.add(socket);
      onConnection(socket);
    },
    onRefused: refuse,
  });
  identity.follow((replaced) => listener.replaceIdentity(replaced));
  return { ...listener, watch: (signal) => connections.watch(signal) };
}

/** What is written down of a certificate (DER). */
export function shownBy(der: Uint8Array): CertificateShown {
  const identity = identityOf(der);
  const subject = certificateSubject(der);
  return {
    ...(subject !== undefined && { subject }),
    ...(identity && { node: identity.nodeUuid, cluster: identity.clusterUuid }),
    sha256: sha256Hex(der),
  };
}

/** Who shows this certificate (DER), and which of its certificates it is; undefined if it is nobody's. */
export function identifyCaller(
  der: Uint8Array,
): (PeerIdentity & { readonly certificateSha256: string }) | undefined {
  const identity = identityOf(der);
  return identity && { ...identity, certificateSha256: sha256Hex(der) };
}
