/**
 * Certificates for tests of the wire: a cluster's own and those of its nodes, made by the openssl command.
 *
 * Shaped like the product's (chain, both usages, the node's identity as URI), without its code: rpc may not
 * know how the product makes them.
 */
// oxlint-disable no-restricted-imports -- a helper of tests, which may touch the machine
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Identity {
  readonly caPem: string;
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface TestCluster {
  readonly uuid: string;
  /** A fresh identity for a node of this cluster. */
  identity(nodeUuid: string): Identity;
}

const clusterExtensions =
  'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,digitalSignature\n';
const nodeExtensions = (uri: string) =>
  `basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n` +
  `extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=DNS:node,IP:127.0.0.1,URI:${uri}\n`;

/** Runs `work` in a folder that is gone afterwards. */
function inFolder<T>(work: (openssl: (...args: string[]) => void, file: (name: string) => string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'rpc-certificates-'));
  try {
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
    return work(openssl, (name) => path.join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem'];

function makeCluster(commonName: string): { certificatePem: string; privateKeyPem: string } {
  return inFolder((openssl, file) => {
    writeFileSync(file('extensions'), `[req]\ndistinguished_name=dn\n[dn]\n[ca]\n${clusterExtensions}`);
    const subject = ['-subj', `/CN=${commonName}`, '-config', 'extensions', '-extensions', 'ca'];
    openssl('req', '-x509', ...newKey, '-days', '2', '-out', 'certificate.pem', ...subject);
    return {
      certificatePem: readFileSync(file('certificate.pem'), 'utf8'),
      privateKeyPem: readFileSync(file('key.pem'), 'utf8'),
    };
  });
}

/** A cluster with its own certificate; two of the same UUID still do not trust each other. */
export function testCluster(uuid: string): TestCluster {
  const authority = makeCluster(`cluster-${uuid}`);
  const identity = (nodeUuid: string) =>
    inFolder((openssl, file) => {
      writeFileSync(file('ca.pem'), authority.certificatePem);
      writeFileSync(file('ca-key.pem'), authority.privateKeyPem);
      writeFileSync(file('extensions'), nodeExtensions(`spiffe://${uuid}/node/${nodeUuid}`));
      openssl('req', ...newKey, '-out', 'request.pem', '-subj', '/CN=node');
      const issuer = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-extfile', 'extensions'];
      openssl('x509', '-req', '-in', 'request.pem', '-out', 'certificate.pem', '-days', '1', ...issuer);
      return {
        caPem: authority.certificatePem,
        certificatePem: readFileSync(file('certificate.pem'), 'utf8'),
        privateKeyPem: readFileSync(file('key.pem'), 'utf8'),
      };
    });
  return { uuid, identity };
}

/** The node's UUID in a certificate (DER); undefined if it names none. */
export const nodeUuidOf = (der: Uint8Array): string | undefined =>
  /URI:spiffe:\/\/[^/]+\/node\/([^,]+)/.exec(new X509Certificate(der).subjectAltName ?? '')?.[1];
