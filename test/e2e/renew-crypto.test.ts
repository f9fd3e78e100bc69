/**
 * Renewing keys and certificates while everything runs: no call fails, nothing is restarted, and whoever was away
 * catches up.
 */
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { splitPem } from '@quorate/platform/certificates';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processesUnder } from '../loopback/host-processes.ts';
import type { Host } from '../loopback/host-plan.ts';
import { startVoteProbe } from '../loopback/vote-probe.ts';
import { makeCluster, readState, stateDirectory, type TestCluster } from './clusters.ts';

let made: TestCluster;
beforeAll(async () => {
  made = await makeCluster(3);
});
afterAll(() => made?.end());

const certificateIn = (host: Host, name: string): X509Certificate =>
  new X509Certificate(splitPem(readState(host, name)).certificatePem ?? '');

const everything = [
  ...['--new-cluster-certificate', '--new-rapi-certificate', '--new-spice-certificate'],
  ...['--new-confd-hmac-key', '--new-cluster-domain-secret'],
];
const secretFiles = ['rapi.pem', 'spice.pem', 'spice-ca.pem', 'hmac.key', 'cluster-domain-secret'];
const daemons = (host: Host) =>
  processesUnder(host.root)
    .filter(({ program }) => program !== 'sshd')
    .map(({ pid, program }) => `${program} ${pid}`)
    .sort();

/** Every node shows a certificate of the one cluster certificate, and nothing of the renewal is left. */
function expectRenewed(hosts: readonly Host[], oldAnchor: X509Certificate): void {
  const anchors = new Set(hosts.map((host) => certificateIn(host, 'server.pem').fingerprint256));
  expect([...anchors]).toHaveLength(1);
  expect(anchors).not.toContain(oldAnchor.fingerprint256);
  for (const host of hosts) {
    const anchor = certificateIn(host, 'server.pem');
    for (const name of ['node.pem', 'client.pem'])
      expect(certificateIn(host, name).verify(anchor.publicKey), `${name} of ${host.short}`).toBe(true);
    for (const name of ['trusted.pem', 'renewal.json'])
      expect(existsSync(join(stateDirectory(host), name)), `${name} of ${host.short}`).toBe(false);
  }
}

describe.sequential('renewing everything', () => {
  it('BEH-284 BEH-283 fails no call and restarts nothing', async () => {
    const { hosts, cluster, world } = made;
    const before = hosts.map((host) => ({
      node: certificateIn(host, 'node.pem').fingerprint256,
      secrets: secretFiles.map((name) => readState(host, name)),
      daemons: daemons(host),
    }));
    const oldAnchor = certificateIn(world.first, 'server.pem');
    const probe = await startVoteProbe(hosts);
    const { stdout } = await cluster.mustQuorate(world.first, ['renew-crypto', ...everything]);
    const answered = probe.answered();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await probe.stop();
    expect(stdout).toContain('Renewed');
    expect(probe.failures).toEqual([]);
    expect(answered).toBeGreaterThan(50);
    expectRenewed(hosts, oldAnchor);
    hosts.forEach((host, i) => {
      expect(certificateIn(host, 'node.pem').fingerprint256).not.toBe(before[i]?.node);
      secretFiles.forEach((name, j) => expect(readState(host, name)).not.toBe(before[i]?.secrets[j]));
      expect(daemons(host)).toEqual(before[i]?.daemons);
    });
    for (const name of secretFiles) expect(new Set(hosts.map((host) => readState(host, name))).size).toBe(1);
  });
});
