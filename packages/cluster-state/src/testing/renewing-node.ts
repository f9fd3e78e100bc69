/** A node on a memory disk that takes part in a renewal of the cluster certificate, and whoever signs for it. */
import { createLinkCertificate, signNodeCertificate } from '@quorate/platform/certificates';
import { testAuthority, testIdentity, type TestAuthority } from '@quorate/platform/testing/certificates';
import { memoryFiles, type MemoryFiles } from '@quorate/platform/testing/files';
import { layoutUnder } from '../layout.ts';
import type { NodeRenewal, Preparation, SignedCertificates } from '../node-renewal.ts';
import { writeSecret } from '../secrets.ts';
import { ensureDirectories, type State } from '../state.ts';

export interface RenewingNode {
  readonly state: State & { readonly files: MemoryFiles };
  readonly old: TestAuthority;
  readonly renewed: TestAuthority;
  readonly nodeUuid: string;
  readonly preparation: Preparation;
  /** Certificates of the new authority for what the node asked. */
  sign(renewal: NodeRenewal, by?: TestAuthority): Promise<SignedCertificates>;
}

/** A candidate: it is handed the new cluster certificate with its key, and a new HMAC key. */
export async function renewingNode(): Promise<RenewingNode> {
  const old = await testAuthority();
  const renewed = { ...(await testAuthority()), clusterUuid: old.clusterUuid };
  const state = { files: memoryFiles(), layout: layoutUnder('/') };
  await ensureDirectories(state);
  const own = await testIdentity(old);
  await writeSecret(state, 'serverPem', old.privateKeyPem + old.certificatePem);
  await writeSecret(state, 'nodePem', own.privateKeyPem + own.certificatePem);
  await writeSecret(state, 'clientPem', own.privateKeyPem + own.certificatePem);
  await writeSecret(state, 'hmacKey', 'old\n');
  const preparation: Preparation = {
    id: 'renewal-1',
    authorityPems: [old.certificatePem, renewed.certificatePem],
    files: { 'server.pem': renewed.privateKeyPem + renewed.certificatePem, 'hmac.key': 'new\n' },
    certificatesFor: 'node1.example.com',
  };
  return {
    ...{ state, old, renewed, preparation, nodeUuid: own.nodeUuid },
    async sign({ certification }, by = renewed) {
      if (!certification) throw new Error('the node asked for no certificate');
      const now = new Date();
      const asked = { name: 'node1.example.com', addresses: ['127.0.0.1'], now, days: 10 };
      const who = { clusterUuid: old.clusterUuid, nodeUuid: own.nodeUuid };
      const sign = (request: string) => signNodeCertificate({ ...asked, ...who, request, issuer: by });
      return {
        nodeCertificate: await sign(certification.certificateRequest),
        clientCertificate: await sign(certification.clientCertificateRequest),
        linkPem: await createLinkCertificate({ ...renewed, issuer: old, now }),
      };
    },
  };
}

/** A disk that is lost after so many changes; reading goes on. */
export function diskThatFailsAfter(files: MemoryFiles, changes: number): MemoryFiles {
  let left = changes;
  const unlessGone = <T>(work: () => Promise<T>): Promise<T> =>
    left-- > 0 ? work() : Promise.reject(new Error('power cut'));
  return {
    ...files,
    writeAtomic: (path, text, options) => unlessGone(() => files.writeAtomic(path, text, options)),
    remove: (path) => unlessGone(() => files.remove(path)),
  };
}
