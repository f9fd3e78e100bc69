/** What the tests of renewals look at on the disks of the nodes. */
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { splitPem } from '@quorate/platform/certificates';
import type { Host } from '../loopback/host-plan.ts';
import { asWanted, awaitSight, notYet } from '../loopback/observe.ts';
import { readState, stateDirectory, type TestCluster } from './clusters.ts';

export const certificateIn = (host: Host, name: string): X509Certificate =>
  new X509Certificate(splitPem(readState(host, name)).certificatePem ?? '');

interface Record {
  readonly configuration: {
    readonly cluster: { readonly candidate_certs: { readonly [uuid: string]: string } };
    readonly nodes: { readonly [uuid: string]: { readonly name: string } };
  };
  readonly ours: {
    readonly nodes: {
      readonly [uuid: string]: {
        readonly certificateSha256: string;
        readonly otherCertificates?: readonly { readonly sha256: string }[];
      };
    };
    readonly revoked?: readonly { readonly certificateSha256: string; readonly ends?: string }[];
    readonly renewal?: { readonly phase: string };
    readonly pastRenewals?: readonly { readonly end: string; readonly leftBehind: readonly string[] }[];
  };
}

export const recordOf = (host: Host): Record => JSON.parse(readState(host, 'cluster.json')) as Record;

/** The phase of the renewal that this node's disk knows of; undefined if none is under way. */
export const phaseOn = (host: Host): string | undefined => recordOf(host).ours.renewal?.phase;

/** What the configuration on this node says of everybody's certificates, by name. */
export const pinsIn = (host: Host) => {
  const { configuration, ours } = recordOf(host);
  return Object.entries(configuration.nodes)
    .map(([uuid, { name }]) => ({
      name,
      node: ours.nodes[uuid]?.certificateSha256,
      client: configuration.cluster.candidate_certs[uuid],
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
};

/** Waits until the certificates that a renewal replaced are revoked, after which nothing of it changes the record. */
export const awaitSettled = (master: Host): Promise<unknown> =>
  awaitSight(
    () => {
      const unsettled = Object.values(recordOf(master).ours.nodes).filter((node) => node.otherCertificates);
      return Promise.resolve(
        unsettled.length === 0 ? asWanted('all are settled') : notYet(`${unsettled.length} nodes are not`),
      );
    },
    { wanted: 'only one certificate of each node', limitMs: 120_000 },
  );

const inRootsSsh = (host: Host, name: string): string => {
  const path = join(host.root, 'root', '.ssh', name);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};

export const sshKeyOf = (host: Host): string => inRootsSsh(host, 'id_ecdsa.pub').trim();

/** Whom each host lets in as root: every node's key of the type that is renewed to, and no other. */
export const letInFaults = (hosts: readonly Host[]): readonly string[] => {
  const wanted = hosts.map(sshKeyOf).toSorted().join('\n');
  const letIn = (host: Host) => inRootsSsh(host, 'authorized_keys').trim().split('\n').toSorted().join('\n');
  return hosts
    .filter((host) => sshKeyOf(host) === '' || letIn(host) !== wanted)
    .map(({ short }) => `${short} lets in others than the nodes with their new SSH keys`);
};

const left = (host: Host): readonly string[] =>
  ['trusted.pem', 'renewal.json'].filter((name) => existsSync(join(stateDirectory(host), name)));

/** Waits until nothing is left of a renewal on any node. */
export const awaitRenewed = ({ hosts, cluster }: TestCluster, master: Host): Promise<unknown> =>
  awaitSight(
    async () => {
      const { stdout } = await cluster.quorate(master, ['status', '--json']);
      const unfinished = hosts.filter((host) => left(host).length > 0).map(({ short }) => short);
      const phase = phaseOn(master);
      if (phase !== undefined) return notYet(`it is in phase ${phase}`);
      return unfinished.length === 0
        ? asWanted(stdout)
        : notYet(`${unfinished.join(', ')} have not finished`);
    },
    { wanted: 'the end of the renewal on every node', limitMs: 120_000 },
  );

/**
 * What is not as it must be after a renewal of the cluster certificate: every node shows certificates of one new one, and
 * nothing is left of the renewal.
 */
export function renewalFaults(hosts: readonly Host[], oldAnchor: X509Certificate): readonly string[] {
  const anchors = new Set(hosts.map((host) => certificateIn(host, 'server.pem').fingerprint256));
  const isSigned = (host: Host, name: string): boolean =>
    certificateIn(host, name).verify(certificateIn(host, 'server.pem').publicKey);
  return [
    ...(anchors.size === 1 ? [] : [`there are ${anchors.size} cluster certificates`]),
    ...(anchors.has(oldAnchor.fingerprint256) ? ['the old cluster certificate is still there'] : []),
    ...hosts.flatMap((host) => [
      ...['node.pem', 'client.pem']
        .filter((name) => !isSigned(host, name))
        .map((name) => `${name} of ${host.short} is signed by another`),
      ...left(host).map((name) => `${name} is left on ${host.short}`),
    ]),
  ];
}
