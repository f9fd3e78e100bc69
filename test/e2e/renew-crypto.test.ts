/**
 * Renewing keys and certificates while everything runs: no call fails, nothing is restarted, and whoever was away
 * catches up.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CommandResult } from '../loopback/command.ts';
import { processesUnder } from '../loopback/host-processes.ts';
import type { Host } from '../loopback/host-plan.ts';
import { startVoteProbe, type VoteProbe } from '../loopback/vote-probe.ts';
import { nodeIn } from '../loopback/status.ts';
import { awaitMaster } from '../loopback/story.ts';
import { makeCluster, readState, type TestCluster } from './clusters.ts';
import { awaitRenewed, awaitSettled, certificateIn, renewalFaults, pinsIn } from './renewals.ts';

let made: TestCluster;
let probe: VoteProbe | undefined;
beforeAll(async () => {
  made = await makeCluster(3);
});
afterEach(() => probe?.stop());
afterAll(() => made?.end());

const everything = [
  ...['--new-cluster-certificate', '--new-rapi-certificate', '--new-spice-certificate'],
  ...['--new-confd-hmac-key', '--new-cluster-domain-secret'],
];
const secretFiles = ['rapi.pem', 'spice.pem', 'spice-ca.pem', 'hmac.key', 'cluster-domain-secret'];

const daemons = (host: Host): readonly string[] =>
  processesUnder(host.root)
    .filter(({ program }) => program !== 'sshd')
    .map(({ pid, program }) => `${program} ${pid}`)
    .sort();

const renew = (...flags: readonly string[]) =>
  made.cluster.quorate(made.world.first, ['renew-crypto', ...flags]);
const mustRenew = (...flags: readonly string[]) =>
  made.cluster.mustQuorate(made.world.first, ['renew-crypto', ...flags]);

describe.sequential('verify', () => {
  it('raises no false alarm while keys are renewed, run on any candidate over and over', async () => {
    const { first, second } = made.world;
    let isOver = false;
    const renewal = mustRenew('--new-cluster-certificate', '--new-rapi-certificate').finally(
      () => (isOver = true),
    );
    const looks: CommandResult[] = [];
    const look = (host: Host) => made.cluster.quorate(host, ['verify']);
    while (!isOver) looks.push(...(await Promise.all([first, second].map(look))));
    await renewal;
    await awaitRenewed(made, first);
    const alarms = looks.flatMap(({ stdout }) =>
      stdout.split('\n').filter((line) => /^(ERROR|WARNING|Errors)/.test(line)),
    );
    expect(alarms).toEqual([]);
    expect(looks.map(({ code }) => code)).toEqual(looks.map(() => 0));
    expect(looks.length).toBeGreaterThan(1);
    const { code, stdout } = await look(first);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'No errors found\n' });
  });
});

describe.sequential('renewing everything', () => {
  it('BEH-284 BEH-283 fails no call and restarts nothing', async () => {
    const { hosts, cluster, world } = made;
    const before = hosts.map((host) => ({
      node: certificateIn(host, 'node.pem').fingerprint256,
      secrets: secretFiles.map((name) => readState(host, name)),
      daemons: daemons(host),
    }));
    const oldAnchor = certificateIn(world.first, 'server.pem');
    probe = await startVoteProbe(hosts);
    const { stdout } = await cluster.mustQuorate(world.first, ['renew-crypto', ...everything]);
    const answered = probe.answered();
    await probe.stop();
    expect(stdout).toContain('Renewed');
    expect(probe.failures).toEqual([]);
    expect(answered).toBeGreaterThan(50);
    expect(renewalFaults(hosts, oldAnchor)).toEqual([]);
    hosts.forEach((host, i) => {
      expect(certificateIn(host, 'node.pem').fingerprint256).not.toBe(before[i]?.node);
      secretFiles.forEach((name, j) => expect(readState(host, name)).not.toBe(before[i]?.secrets[j]));
      expect(daemons(host)).toEqual(before[i]?.daemons);
    });
    for (const name of secretFiles) expect(new Set(hosts.map((host) => readState(host, name))).size).toBe(1);
  });

  it('BEH-283 leaves the configuration with the digests of what the nodes show', () => {
    for (const host of made.hosts)
      expect(pinsIn(host)).toEqual(
        made.hosts.map((each) => ({
          name: each.name,
          node: certificateIn(each, 'node.pem').fingerprint256.replaceAll(':', '').toLowerCase(),
          client: certificateIn(each, 'client.pem').fingerprint,
        })),
      );
  });
});

describe.sequential('renewing a part', () => {
  it('the certificate of one node only', async () => {
    const before = made.hosts.map((host) => certificateIn(host, 'node.pem').fingerprint256);
    await mustRenew('--node', made.world.second.short);
    const after = made.hosts.map((host) => certificateIn(host, 'node.pem').fingerprint256);
    expect(after.map((each, i) => each !== before[i])).toEqual([false, true, false]);
  });

  it('a RAPI certificate and a domain secret of the administrator', async () => {
    const { first, second } = made.world;
    const rapi = readState(first, 'spice.pem');
    const [rapiFile, secretFile] = ['own-rapi.pem', 'own-secret'].map((name) => join(first.root, name));
    writeFileSync(rapiFile!, rapi);
    writeFileSync(secretFile!, 'of the administrator\n');
    await mustRenew('--rapi-certificate', rapiFile!, '--cluster-domain-secret', secretFile!);
    expect(readState(second, 'rapi.pem')).toBe(rapi);
    expect(readState(second, 'cluster-domain-secret')).toBe('of the administrator\n');
  });
});

describe.sequential('refused, and nothing changed', () => {
  beforeAll(() => awaitSettled(made.world.first));
  const record = () => readFileSync(join(made.world.first.root, 'var/lib/quorate/cluster.json'), 'utf8');

  it.each([
    ['nothing to renew', []],
    ['a new RAPI certificate and a given one', ['--new-rapi-certificate', '--rapi-certificate', 'x']],
    ['a new domain secret and a given one', ['--new-cluster-domain-secret', '--cluster-domain-secret', 'x']],
    ['a new SPICE certificate and a given one', ['--new-spice-certificate', '--spice-certificate', 'x']],
    ['one of the two SPICE files', ['--spice-certificate', 'x']],
    ['to resume and to abort', ['--resume', '--abort']],
    ['to resume something new', ['--resume', '--new-confd-hmac-key']],
    ['one node’s HMAC key', ['--node', 'n2', '--new-confd-hmac-key']],
    ['a node that is none', ['--node', 'n9']],
    ['a grace of a year', ['--new-confd-hmac-key', '--grace', '365d']],
    ['to take back what is not under way', ['--abort']],
    ['a type of SSH keys and nothing to renew', ['--ssh-key-type', 'ecdsa']],
    ['SSH keys of a length that is none', ['--new-ssh-keys', '--ssh-key-bits', 'long']],
    ['one node’s SSH keys', ['--node', 'n2', '--new-ssh-keys']],
  ])('BEH-281 %s', async (_, flags) => {
    const before = record();
    const { code, stderr } = await renew(...flags);
    expect([code, record()]).toEqual([1, before]);
    expect(stderr).not.toContain('    at ');
  });

  it.each([
    ['is not there', undefined],
    ['holds nothing', ''],
    ['holds no certificate', 'x'],
    ['has no key', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('BEH-282 a RAPI certificate that %s', async (_, text) => {
    const file = join(made.world.first.root, 'bad.pem');
    if (text !== undefined) writeFileSync(file, text);
    const before = record();
    const { code, stderr } = await renew('--rapi-certificate', text === undefined ? `${file}.absent` : file);
    expect([code, record()]).toEqual([1, before]);
    expect(stderr).toContain('WRONG_INPUT');
  });

  it('BEH-142 SSH keys where the cluster was made without', async () => {
    const before = record();
    const { code, stderr } = await renew('--new-ssh-keys');
    expect([code, record()]).toEqual([1, before]);
    expect(stderr).toContain('does not manage SSH');
  });

  it('a dry run tells who would take part', async () => {
    const before = record();
    const { stdout } = await mustRenew('--new-cluster-certificate', '--dry-run', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      dryRun: true,
      present: made.hosts.map(({ name }) => name),
      away: [],
    });
    expect(record()).toBe(before);
  });

  it('on another node than the master, which is named', async () => {
    const { code, stderr } = await made.cluster.quorate(made.world.second, [
      'renew-crypto',
      '--new-confd-hmac-key',
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain(made.world.first.name);
  });
});

describe.sequential('a node that is away', () => {
  it('BEH-288 catches up by itself when it is back, and nobody else is kept waiting', async () => {
    const { cluster, hosts, world } = made;
    const oldAnchor = certificateIn(world.first, 'server.pem');
    const pinned = pinsIn(world.first)[2];
    probe = await startVoteProbe(hosts, [world.third]);
    await cluster.kill(world.third);
    const { stdout } = await mustRenew('--new-cluster-certificate');
    expect(stdout).toContain(`Away: ${world.third.name}`);
    expect(pinsIn(world.first)[2]).toEqual(pinned);
    expect(certificateIn(world.second, 'server.pem').fingerprint256).not.toBe(oldAnchor.fingerprint256);
    await cluster.startDaemons(world.third);
    await awaitRenewed(made, world.first);
    await probe.stop();
    expect(probe.failures).toEqual([]);
    expect(renewalFaults(hosts, oldAnchor)).toEqual([]);
  });

  it('BEH-287 and marked offline comes back without anything being deleted by hand', async () => {
    const { cluster, hosts, world } = made;
    const oldAnchor = certificateIn(world.first, 'server.pem');
    await cluster.mustQuorate(world.first, ['node', 'modify', world.third.name, '--offline', 'yes']);
    await cluster.kill(world.third);
    await mustRenew('--new-cluster-certificate');
    await cluster.startDaemons(world.third);
    await cluster.mustQuorate(world.first, ['node', 'modify', world.third.name, '--offline', 'no']);
    await awaitRenewed(made, world.first);
    expect(renewalFaults(hosts, oldAnchor)).toEqual([]);
  });

  it('BEH-287 is not waited for longer than its grace, and is taken back by hand, over SSH, with nothing deleted', async () => {
    const { cluster, hosts, world } = made;
    const { first, third } = world;
    const oldAnchor = certificateIn(first, 'server.pem');
    await cluster.kill(third);
    await mustRenew('--new-cluster-certificate', '--new-confd-hmac-key');
    const { stdout } = await mustRenew('--resume', '--grace', '0');
    expect(stdout).toContain(`Away until the end: ${third.name}`);
    await cluster.startDaemons(third);
    expect(nodeIn(await cluster.status(first), third.name).reachable).toBe(false);
    const asked = await cluster.mustQuorate(third, ['repair-crypto', 'request']);
    const signed = await cluster.mustQuorate(first, ['repair-crypto', 'sign'], { input: asked.stdout });
    await cluster.mustQuorate(third, ['repair-crypto', 'install'], { input: signed.stdout });
    await awaitMaster(world, first, hosts, 60_000);
    expect(renewalFaults(hosts, oldAnchor)).toEqual([]);
    expect(readState(third, 'hmac.key')).toBe(readState(first, 'hmac.key'));
  });
});
