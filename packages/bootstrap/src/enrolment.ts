/**
 * The master's half of taking a host in: signs its certificates and puts together what must lie on its disk
 * before its node daemon starts. The cluster key goes along only if the node will be a candidate.
 *
 * Counterpart in Ganeti: the payload of node-daemon-setup, which hands every node the signing key (spec J3).
 */
import { certificateDays } from '@quorate/cluster-state/cluster-secrets';
import { ssconfPath, type LayoutName } from '@quorate/cluster-state/layout';
import { readClusterKey } from '@quorate/cluster-state/secrets';
import type { State } from '@quorate/cluster-state/state';
import { viewsOf } from '@quorate/cluster-state/views';
import { voterText } from '@quorate/cluster-state/voter-store';
import { newNodeBecomesCandidate } from '@quorate/domain/candidate-pool';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { awaitedNode, joinsMasterCapable, requireNewNode, type NewNode } from '@quorate/domain/new-node';
import type { NodeUuid } from '@quorate/domain/roster';
import { ssconfFileText, type SsconfKey } from '@quorate/domain/ssconf';
import { noVersion, type Version } from '@quorate/domain/version';
import type { VoterRecord } from '@quorate/domain/voter-record';
import { describeCertificate, issuedBy, signNodeCertificate } from '@quorate/platform/certificates';
import { certifiesRequest } from '@quorate/platform/certified-request';
import { randomUuid } from '@quorate/platform/digest';

export interface EnrolmentRequest {
  readonly name: string;
  readonly primaryIp: string;
  /** Equal to the primary IP if absent. */
  readonly secondaryIp?: string | undefined;
  /** PEM. */
  readonly certificateRequest: string;
  readonly clientCertificateRequest: string;
  /** A node that votes and can never become master. */
  readonly witness?: boolean;
  /** Decided before; as the pool has room if absent. */
  readonly candidate?: boolean;
  /** As in NewNode; looked at only. */
  readonly group?: string | undefined;
  readonly vmCapable?: boolean;
  readonly nodeParameters?: string;
  /** Of an earlier enrolment that did not come to its end; empty or absent if there was none. */
  readonly sshPublicKey?: string | undefined;
  readonly nodeUuid?: NodeUuid;
  readonly nodeCertificate?: string;
  readonly clientCertificate?: string;
}

export interface Enrolment {
  readonly nodeUuid: NodeUuid;
  readonly candidate: boolean;
  readonly nodeCertificate: string;
  readonly clientCertificate: string;
  /** File name in the data directory → content. */
  readonly files: Readonly<Record<string, string>>;
}

export async function enrolNode(
  state: State,
  record: ClusterRecord,
  request: EnrolmentRequest,
  now: Date,
): Promise<Enrolment> {
  requireNewNode(record, request);
  const issuer = await readClusterKey(state);
  const awaited = awaitedNode(record, request.name);
  const nodeUuid = awaited?.uuid ?? (request.nodeUuid || randomUuid());
  const masterCapable = joinsMasterCapable(record, { name: request.name, masterCapable: !request.witness });
  const candidate = request.candidate ?? newNodeBecomesCandidate(record.configuration, masterCapable);
  const secondaryIp = awaited?.secondary_ip ?? request.secondaryIp ?? request.primaryIp;
  const addresses = [...new Set([request.primaryIp, secondaryIp])];
  const clusterUuid = record.configuration.cluster.uuid;
  const sign = (csr: string): Promise<string> =>
    signNodeCertificate({
      request: csr,
      issuer,
      name: request.name,
      addresses,
      clusterUuid,
      nodeUuid,
      now,
      days: certificateDays,
    });
  // A change that is still undecided may name the earlier certificate.
  const wanted = {
    authorityPem: issuer.certificatePem,
    name: request.name,
    addresses,
    clusterUuid,
    nodeUuid,
    now,
  };
  const certify = (csr: string, earlier = ''): Promise<string> =>
    stillCertifies(earlier, csr, wanted) ? Promise.resolve(earlier) : sign(csr);
  return {
    nodeUuid,
    candidate,
    nodeCertificate: await certify(request.certificateRequest, request.nodeCertificate),
    clientCertificate: await certify(request.clientCertificateRequest, request.clientCertificate),
    files: {
      ...(await sharedSecrets(state, candidate)),
      ...viewFiles(state, record, awaited ? record.version : noVersion),
    },
  };
}

interface WantedCertificate {
  readonly authorityPem: string;
  readonly name: string;
  readonly addresses: readonly string[];
  readonly clusterUuid: string;
  readonly nodeUuid: NodeUuid;
  readonly now: Date;
}

/** Whether a certificate says what would be signed now, for the key of this request. */
function stillCertifies(certificate: string, csr: string, wanted: WantedCertificate): boolean {
  try {
    const { authorityPem, name, addresses, clusterUuid, nodeUuid, now } = wanted;
    const { nodeIdentity, notBefore, notAfter } = describeCertificate(certificate);
    return (
      issuedBy(certificate, authorityPem) &&
      certifiesRequest(certificate, { request: csr, name, addresses }) &&
      nodeIdentity?.clusterUuid === clusterUuid &&
      nodeIdentity.nodeUuid === nodeUuid &&
      notBefore <= now &&
      now < notAfter
    );
  } catch {
    return false;
  }
}

const sharedNames: readonly LayoutName[] = [
  'hmacKey',
  'clusterDomainSecret',
  'rapiPem',
  'spicePem',
  'spiceCaPem',
  'knownHosts',
  'trustedPem',
];

async function sharedSecrets(
  { files, layout }: State,
  withClusterKey: boolean,
): Promise<Record<string, string>> {
  const issuer = await readClusterKey({ files, layout });
  const serverPem = withClusterKey
    ? `${issuer.privateKeyPem.trimEnd()}\n${issuer.certificatePem.trimEnd()}\n`
    : issuer.certificatePem;
  const found: Record<string, string> = { 'server.pem': serverPem };
  for (const name of sharedNames) {
    const text = await files.readText(layout[name].path);
    if (text !== undefined) found[fileNameOf(layout[name].path)] = text;
  }
  return found;
}

/** The views of the present version, so that the node knows its cluster before its first delivery. */
function viewFiles({ layout }: State, record: ClusterRecord, known: Version): Record<string, string> {
  const { ssconf, roster } = viewsOf(record);
  const ssconfFiles = Object.entries(ssconf).map(([key, value]) => [
    fileNameOf(ssconfPath(layout, key as SsconfKey).path),
    ssconfFileText(value),
  ]);
  return {
    ...Object.fromEntries(ssconfFiles),
    [fileNameOf(layout.voterRecord.path)]: voterText(bornVoter(record, known)),
    [fileNameOf(layout.roster.path)]: JSON.stringify(roster),
  };
}

/**
 * A new node has granted nothing, and may not grant what the present master already holds (design: once per epoch). One
 * that was a node before is known to candidates that lag: it must not help them past the version it joins with.
 */
const bornVoter = ({ version, configuration }: ClusterRecord, known: Version): VoterRecord => ({
  epoch: version.epoch,
  grantedTo: configuration.cluster.master_node,
  master: { node: configuration.cluster.master_node, epoch: version.epoch },
  version: known,
  longestLeaseMs: 0,
});

/** What the configuration will say of an enrolled node. */
export const newNodeOf = (
  enrolled: { readonly uuid: NodeUuid; readonly nodeCertificate: string; readonly clientCertificate: string },
  rest: Omit<NewNode, 'uuid' | 'certificateSha256' | 'clientCertificateSha1'>,
): NewNode => ({
  ...rest,
  uuid: enrolled.uuid,
  certificateSha256: describeCertificate(enrolled.nodeCertificate).sha256,
  clientCertificateSha1: describeCertificate(enrolled.clientCertificate).sha1Colon,
});

const fileNameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
