/**
 * The ground the other tests stand on: loopback hosts that refuse strangers, die when killed, and leave nothing.
 * Nothing of Quorate runs here.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { sshKeyPair } from '@quorate/platform/testing/ssh-keys';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { takenAddress } from '../loopback/address-check.ts';
import { ports } from '../loopback/host-plan.ts';
import type { Host } from '../loopback/host-plan.ts';
import { isAlive, processesUnder } from '../loopback/host-processes.ts';
import { operatorUser } from '../loopback/operator.ts';
import { makeHosts } from './clusters.ts';
import type { TestCluster } from './clusters.ts';

let made: TestCluster;
let host: Host;
beforeAll(async () => {
  made = await makeHosts(2);
  host = made.world.first;
});
afterAll(() => made?.end());

/** OpenSSH's own client, so that the server is measured by something we did not write. */
function openSsh(keyFile: string, knownHostsFile: string, command: string): string {
  const args = ['-F', 'none', '-i', keyFile, '-p', String(ports.ssh)];
  const options = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'StrictHostKeyChecking=yes',
    'GlobalKnownHostsFile=none',
  ];
  for (const option of [
    ...options,
    `UserKnownHostsFile=${knownHostsFile}`,
    `HostKeyAlias=[${host.name}]:${ports.ssh}`,
  ])
    args.push('-o', option);
  return execFileSync('ssh', [...args, `${operatorUser}@${host.address}`, command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const hasOpenSsh = spawnSync('ssh', ['-V']).error === undefined;

describe('the SSH server of a host', () => {
  beforeEach((context) => context.skip(!hasOpenSsh, 'there is no OpenSSH client here'));

  it('runs the operator’s command in that host’s environment', () => {
    const { keyFile, knownHostsFile } = made.cluster.operator;
    expect(openSsh(keyFile, knownHostsFile, 'echo $QUORATE_ROOT')).toBe(`${host.root}\n`);
  });

  it('passes exit codes on', () => {
    const { keyFile, knownHostsFile } = made.cluster.operator;
    expect(() => openSsh(keyFile, knownHostsFile, 'exit 7')).toThrow(expect.objectContaining({ status: 7 }));
  });

  it('lets no other key in', () => {
    const stranger = join(made.cluster.plan.directory, 'operator', 'stranger');
    writeFileSync(stranger, sshKeyPair().private, { mode: 0o600 });
    expect(() => openSsh(stranger, made.cluster.operator.knownHostsFile, 'true')).toThrow(
      /Permission denied/,
    );
  });
});

describe('an address that is taken', () => {
  it('is named together with its holder', async () => {
    const { plan } = made.cluster;
    const squatter = createServer().listen(ports.node, host.address);
    await once(squatter, 'listening');
    const mine = { ...plan, hosts: [{ ...host, address: host.address }] };
    // The SSH port of this host is taken by its own server, which is found first.
    const line = await takenAddress(mine);
    squatter.close();
    expect(line).toMatch(new RegExp(`^${host.address}:\\d+ is taken by process \\d+ \\(.+\\) of user \\S+$`));
  });
});

describe('the processes of a host', () => {
  it('are found by what they were given, and a person’s own are not', async () => {
    const reader = spawn('sleep', ['60'], { env: { QUORATE_ROOT: host.root } });
    await once(reader, 'spawn');
    const found = processesUnder(host.root);
    reader.kill();
    expect(found.map((p) => p.program)).toEqual(['sshd']);
  });

  it('die when the host is killed, and those of its neighbour do not', async () => {
    const neighbour = processesUnder(made.world.second.root);
    const killed = await made.cluster.kill(host);
    expect(killed.map((p) => p.program)).toEqual(['sshd']);
    expect(processesUnder(host.root)).toEqual([]);
    expect(neighbour.every(isAlive)).toBe(true);
  });

  it('are all gone after the end', async () => {
    await made.cluster.stop();
    expect(processesUnder(made.cluster.plan.directory)).toEqual([]);
  });
});
