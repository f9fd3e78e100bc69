/** What the tests of renewals look at on the disks of the nodes. */
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { splitPem } from '@quorate/platform/certificates';
import { expect } from 'vitest';
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
    readonly nodes: { readonly [uuid: string]: { readonly certificateSha256: string } };
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

/** Every node shows a certificate of one cluster certificate, which is not the old one; nothing of it is left. */
export function expectRenewed(hosts: readonly Host[], oldAnchor: X509Certificate): void {
  const anchors = new Set(hosts.map((host) => certificateIn(host, 'server.pem').fingerprint256));
  expect([...anchors]).toHaveLength(1);
  expect([...anchors]).not.toContain(oldAnchor.fingerprint256);
  for (const host of hosts) {
    const anchor = certificateIn(host, 'server.pem');
    for (const name of ['node.pem', 'client.pem'])
      expect(certificateIn(host, name).verify(anchor.publicKey), `${name} of ${host.short}`).toBe(true);
    expect(left(host), `left on ${host.short}`).toEqual([]);
  }
}
