/**
 * Asks the master IP from outside who answers there: connects, reads the name in the certificate shown, leaves.
 *
 * Shows a node's own identity while asking, as every connection to an agent must; no product code is involved,
 * so what it sees does not depend on what the product says of itself.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { PeerCertificate } from 'node:tls';
import type { HostPlan } from './host-plan.ts';
import { ports } from './host-plan.ts';

interface Identity {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const pemBlock = (text: string, label: string): string | undefined =>
  new RegExp(`-----BEGIN ${label}-----[\\s\\S]*?-----END ${label}-----\\n?`).exec(text)?.[0];

/** Any host's identity will do; undefined before the first host is in a cluster. */
function someIdentity(plan: HostPlan): Identity | undefined {
  for (const { root } of plan.hosts) {
    try {
      const read = (name: string): string => readFileSync(join(root, 'var', 'lib', 'quorate', name), 'utf8');
      const node = read('node.pem');
      const ca = pemBlock(read('server.pem'), 'CERTIFICATE');
      const cert = pemBlock(node, 'CERTIFICATE');
      const key = pemBlock(node, '(?:EC )?PRIVATE KEY');
      if (ca && cert && key) return { ca, cert, key };
    } catch {
      // not in a cluster yet
    }
  }
  return undefined;
}

/** The DNS name a node certificate carries is the node's. */
const nameIn = (certificate: PeerCertificate): string | null =>
  /DNS:([^,]+)/.exec(certificate.subjectaltname ?? '')?.[1] ?? null;

/** Name of the node that answers at the master IP; null if none does within `timeoutMs`. */
export function whoHoldsMasterIp(plan: HostPlan, timeoutMs = 500): Promise<string | null> {
  const identity = someIdentity(plan);
  if (identity === undefined) return Promise.resolve(null);
  return new Promise((resolve) => {
    const socket = connect({
      host: plan.masterIp,
      port: ports.node,
      ...identity,
      ALPNProtocols: ['h2'],
      // The chain is checked; whose name is in it is the question.
      checkServerIdentity: () => undefined,
    });
    const answer = (name: string | null): void => {
      resolve(name);
      socket.destroy();
    };
    socket.setTimeout(timeoutMs, () => answer(null));
    socket.on('secureConnect', () => answer(nameIn(socket.getPeerCertificate())));
    socket.on('error', () => answer(null));
    socket.on('close', () => resolve(null));
  });
}
