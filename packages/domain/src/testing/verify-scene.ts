/** A sound cluster of three as `verify` sees it, and what a test makes wrong with it. */
import type { ClusterRecord } from '../configuration.ts';
import { verifyFindings, type VerifyFinding } from '../verify.ts';
import type { CertificateSeen, FileSeen, NodeFacts, NodeObservation, VerifyFacts } from '../verify-facts.ts';
import { draftOfSize, uuidOf as testUuid } from './drafts.ts';
import { ballotsFrom, rosterFrom, uuidOf, versionOf } from './notation.ts';

export const day = 86_400;
export const nowSeconds = 1_000_000_000;

export const certificate = (file: string, changes: Partial<CertificateSeen> = {}): CertificateSeen => ({
  file,
  problem: '',
  notBeforeSeconds: nowSeconds - day,
  notAfterSeconds: nowSeconds + 1825 * day,
  sha256: `sha256 of ${file}`,
  sha1: `SHA1 of ${file}`,
  selfSigned: !['node.pem', 'client.pem'].includes(file),
  signedByCluster: ['node.pem', 'client.pem', 'server.pem'].includes(file),
  signedByTrusted: false,
  ...changes,
});

export const file = (name: string, changes: Partial<FileSeen> = {}): FileSeen => ({
  path: `/var/lib/quorate/${name}`,
  mode: 0o400,
  wantedMode: 0o400,
  owner: 0,
  wantedOwner: 0,
  ...changes,
});

export const kept = ['node.pem', 'client.pem', 'server.pem', 'voter.json', 'config.data', 'cluster.json'];

export const sound: NodeFacts = {
  masterIpHere: false,
  masterDaemonInOffice: false,
  softwareVersion: '0.1.0',
  protocolVersion: 1,
  clockOffsetMs: 0,
  clockUncertaintyMs: 10,
  hostName: '',
  files: kept.map((name) => file(name)),
  certificates: ['server.pem', 'node.pem', 'client.pem', 'rapi.pem'].map((name) => certificate(name)),
  sharedFileDigests: { 'hmac.key': 'ab', 'rapi.pem': 'cd' },
  ssconfVersion: versionOf(1, 10),
  ssconfComplete: true,
  rosterDigest: 'roster',
  differingViews: [],
  holdsClusterKey: true,
  presentedSha256: 'sha256 of node.pem',
  temporaries: [],
  strangers: [],
  tried: [],
  lackingAddresses: [],
  masterDeviceExists: true,
  missingFileSystems: [],
  storage: { allowedPaths: [], directories: [], volumeGroups: new Map(), drbdHelper: '', drbdVersion: '' },
};

export type Seen = Partial<NodeFacts>;

/** q1, q2, q3 of the notation as the nodes of a record, with the certificates that the facts show. */
export function recordOf(): ClusterRecord {
  const { configuration, ours } = draftOfSize(3);
  const real = (k: number) => configuration.nodes[testUuid('node', k)];
  const numbers = [1, 2, 3];
  const nodes = numbers.map((k) => [uuidOf(k), { ...real(k), uuid: uuidOf(k), name: `q${k}.lab` }] as const);
  const ownedBy = { ...Object.values(ours.nodes)[0], certificateSha256: 'sha256 of node.pem' };
  return {
    version: versionOf(1, 10),
    configuration: {
      ...configuration,
      cluster: {
        ...configuration.cluster,
        master_node: uuidOf(1),
        candidate_certs: Object.fromEntries(numbers.map((k) => [uuidOf(k), `client ${k}`])),
      },
      nodes: Object.fromEntries(nodes),
    },
    ours: { ...ours, nodes: Object.fromEntries(numbers.map((k) => [uuidOf(k), ownedBy])) },
  } as unknown as ClusterRecord;
}

export interface Scene {
  readonly votes?: string;
  readonly roster?: string;
  readonly record?: ClusterRecord | null;
}

/** q1 is master of three and votes for itself, as do the others; `changes` is what is wrong with one of them. */
export function factsWith(
  changes: Readonly<Record<number, Seen | string>> = {},
  { votes = '1 1 1', roster: line = 'M C C', record = recordOf() }: Scene = {},
): VerifyFacts {
  const roster = rosterFrom(line);
  const nodes = roster.nodes.flatMap((node, index): readonly NodeObservation[] => {
    if (node.role === 'offline') return [];
    const change = changes[index + 1] ?? {};
    const isMaster = node.role === 'master';
    const certificates = sound.certificates.map((each) =>
      each.file === 'client.pem' ? { ...each, sha1: `client ${index + 1}` } : each,
    );
    const usual = { ...sound, certificates, masterIpHere: isMaster, masterDaemonInOffice: isMaster };
    if (typeof change === 'string') return [{ node, failure: change }];
    return [{ node, facts: { ...usual, hostName: node.name, ...change } }];
  });
  return {
    roster,
    record: record ?? undefined,
    recordRosterDigest: record ? 'roster' : undefined,
    nodes,
    ballots: ballotsFrom(votes, roster),
    nowSeconds,
    softwareVersion: '0.1.0',
    protocolVersion: 1,
  };
}

/** `error QMASTER q2.lab` */
export const wordFor = ({ severity, code, name }: VerifyFinding): string => `${severity} ${code} ${name}`;
export const findingsFor = (...given: Parameters<typeof factsWith>) => verifyFindings(factsWith(...given));
export const wordsFor = (...given: Parameters<typeof factsWith>) => findingsFor(...given).map(wordFor);

export const endsIn = (days: number, name = 'rapi.pem'): Seen => ({
  certificates: [certificate(name, { notAfterSeconds: nowSeconds + 150 + days * day, sha1: 'client 3' })],
});
export const withCertificate = (name: string, changes: Partial<CertificateSeen>): Seen => ({
  certificates: [certificate(name, changes)],
});
export const tried = (
  network: 'primary' | 'secondary' | 'master-ip' | 'ssh',
  answer: 'open' | 'refused' | 'silent' | 'unreachable',
  node: number | null = 1,
): Seen => ({
  tried: [{ node: node === null ? null : uuidOf(node), network, address: '10.77.0.9', port: 1811, answer }],
});
export const clusterOf = (changes: object, record = recordOf()): ClusterRecord => ({
  ...record,
  configuration: { ...record.configuration, cluster: { ...record.configuration.cluster, ...changes } },
});
export const nodeOf = (k: number, changes: object, record = recordOf()): ClusterRecord => ({
  ...record,
  configuration: {
    ...record.configuration,
    nodes: {
      ...record.configuration.nodes,
      [uuidOf(k)]: { ...record.configuration.nodes[uuidOf(k)], ...changes },
    } as ClusterRecord['configuration']['nodes'],
  },
});
