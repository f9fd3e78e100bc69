/** Certificates for tests: an authority with the name of a cluster, and nodes signed by it. */
import { createCertificateRequest } from '../certificate-request.ts';
import { createClusterCertificate, createEcKeyPair, signNodeCertificate } from '../certificates.ts';
import { randomUuid } from '../digest.ts';

export interface TestAuthority {
  readonly clusterUuid: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** With a P-256 key unless one is given: RSA keys take most of a second to make. */
export async function testAuthority(
  given: { privateKeyPem?: string; now?: Date } = {},
): Promise<TestAuthority> {
  const privateKeyPem = given.privateKeyPem ?? createEcKeyPair().privateKeyPem;
  const now = given.now ?? new Date();
  const wanted = { privateKeyPem, commonName: 'cluster.example.com', now, days: 1825 };
  return { clusterUuid: randomUuid(), privateKeyPem, certificatePem: await createClusterCertificate(wanted) };
}

export interface TestNodeWishes {
  readonly name?: string;
  readonly addresses?: readonly string[];
  readonly nodeUuid?: string;
  readonly privateKeyPem?: string;
  readonly now?: Date;
  readonly days?: number;
}

/** What a node of that authority keeps as its identity: `node.pem` and the cluster's certificate. */
export async function testIdentity(authority: TestAuthority, wishes: TestNodeWishes = {}) {
  const { name = 'node1.example.com', addresses = ['127.0.0.1'], nodeUuid = randomUuid() } = wishes;
  const { privateKeyPem = createEcKeyPair().privateKeyPem, now = new Date(), days = 1825 } = wishes;
  const request = await createCertificateRequest({ privateKeyPem, commonName: name });
  const { clusterUuid } = authority;
  const asked = { request, issuer: authority, name, addresses, clusterUuid, nodeUuid, now, days };
  const certificatePem = await signNodeCertificate(asked);
  return { caPem: authority.certificatePem, certificatePem, privateKeyPem, clusterUuid, nodeUuid };
}
