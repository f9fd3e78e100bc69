/** Init on a real disk, under a root of its own, with daemons that only note that they were to be started. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import { readRoster, ssconfComplete } from '@quorate/cluster-state/roster-store';
import { readNodeIdentity } from '@quorate/cluster-state/secrets';
import { readMasterName } from '@quorate/cluster-state/ssconf-reader';
import { readVoterRecord } from '@quorate/cluster-state/voter-store';
import { ssconfKeys } from '@quorate/domain/ssconf';
import { describeCertificate, issuedBy, splitPem } from '@quorate/platform/certificates';
import { diskFiles } from '@quorate/platform/files';
import { afterEach, describe, expect, it } from 'vitest';
import { initSteps } from './init.ts';
import type { InitOptions } from './init-facts.ts';
import { failureOf } from './testing/failure-of.ts';
import { everything, initHost } from './testing/init-host.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

/** What the command line asks for by itself; a key that is made in a moment. */
const changesHost: Partial<InitOptions> = {
  modifyEtcHosts: true,
  modifySshSetup: true,
  words: { sshKeyType: 'ecdsa', sshKeyBits: '256' },
};

/** A host of its own. */
function host(options?: Parameters<typeof initHost>[1]) {
  const root = mkdtempSync(join(tmpdir(), 'quorate-init-'));
  roots.push(root);
  const { init, ...made } = initHost(root, options);
  return { ...made, run: async (changes?: Partial<InitOptions>) => (await init(changes)).record };
}

describe('init', () => {
  it('BEH-184 goes in the order of its list', async () => {
    const { run, order } = host();
    await run(changesHost);
    expect(order).toEqual([
      'check-host done',
      'begin done',
      'make-storage-directories done',
      'change-hosts-file done',
      'set-up-ssh done',
      'write-secrets done',
      'write-configuration done',
      'start noded',
      'wait for noded',
      'start-node-daemon done',
      'start masterd',
      'wait for masterd',
      'start-master-daemon done',
      'finish done',
    ]);
    expect(Object.keys(initSteps)).toHaveLength(10);
  });

  it('BEH-139 BEH-159 leaves every file under its root, with its mode', async () => {
    const { run, state } = host();
    await run();
    const modes = {
      'config.data': 0o640,
      'cluster.json': 0o600,
      'voter.json': 0o600,
      'roster.json': 0o644,
      'server.pem': 0o440,
      'client.pem': 0o440,
      'node.pem': 0o400,
      'rapi.pem': 0o440,
      'spice.pem': 0o440,
      'spice-ca.pem': 0o440,
      'hmac.key': 0o440,
      'cluster-domain-secret': 0o640,
      known_hosts: 0o644,
      'host-changes.json': 0o600,
      ...Object.fromEntries(ssconfKeys.map((key) => [`ssconf_${key}`, 0o444])),
    };
    const data = state.layout.dataDirectory.path;
    const found = readdirSync(data, { withFileTypes: true }).filter((entry) => entry.isFile());
    const foundModes = found.map(({ name }) => [name, statSync(join(data, name)).mode & 0o7777]);
    expect(Object.fromEntries(foundModes)).toEqual(modes);
    expect(ssconfKeys).toHaveLength(34);
    expect(statSync(data).mode & 0o7777).toBe(0o755);
  });

  it('writes what a plan of it named', async () => {
    const { root, run, plan } = host();
    const pathsThere = () =>
      new Set(readdirSync(root, { recursive: true }).map((name) => join(root, String(name))));
    const before = pathsThere();
    const { files, directories, hostChanges } = await plan(changesHost);
    expect(pathsThere()).toEqual(before);
    await run(changesHost);
    const made = [...pathsThere()].filter((path) => !before.has(path));
    const [hosts, ...sshFiles] = hostChanges.map(({ path }) => path);
    expect(hosts).toBe(join(root, 'etc/hosts'));
    expect(made.filter((path) => statSync(path).isFile()).sort()).toEqual([...files, ...sshFiles].sort());
    expect(made).toEqual(expect.arrayContaining([...directories]));
  });

  it('BEH-128 BEH-129 looks for allocators where Ganeti does', async () => {
    const { root, run } = host();
    for (const directory of ['usr/lib', 'usr/local/lib'])
      mkdirSync(join(root, directory, 'ganeti/iallocators/nofile'), { recursive: true });
    writeFileSync(join(root, 'usr/lib/ganeti/iallocators/hail'), '');
    writeFileSync(join(root, 'usr/local/lib/ganeti/iallocators/mine'), '');
    const refused = await failureOf(run({ words: { defaultIallocator: 'nofile' } }));
    expect(refused).toMatchObject({ facts: { findings: 'iallocator-exists' } });
    const { configuration } = await run();
    expect(configuration.cluster['default_iallocator']).toBe('hail');
  });

  it('stores what was typed, and BEH-122 needs no device for Open vSwitch', async () => {
    const { run } = host();
    const words = { nicParameters: 'mode=openvswitch', backendParameters: 'memory=256' };
    const { configuration } = await run({ masterNetdev: undefined, words });
    expect(configuration.cluster).toMatchObject({
      master_netdev: 'switch1',
      nicparams: { default: { mode: 'openvswitch', link: 'switch1' } },
      beparams: { default: { minmem: 256, maxmem: 256 } },
      default_iallocator: '',
    });
  });

  it('BEH-141 BEH-142 leaves the hosts file alone and makes no SSH keys', async () => {
    const { root, run, state } = host();
    const before = readFileSync(join(root, 'etc/hosts'), 'utf8');
    await run();
    expect(readFileSync(join(root, 'etc/hosts'), 'utf8')).toBe(before);
    expect(await diskFiles.stat(state.layout.ganetiPubKeys.path)).toBeUndefined();
    expect(readdirSync(join(root, 'etc/ssh'))).toEqual(['ssh_host_rsa_key.pub']);
  });

  it('BEH-140 names this host in the hosts file, and nobody else anew', async () => {
    const { root, run } = host();
    const { configuration } = await run(changesHost);
    expect(readFileSync(join(root, 'etc/hosts'), 'utf8')).toBe(
      '127.0.0.11\tnode1.lab.test node1\n127.0.0.100 cluster.lab.test\n',
    );
    expect(configuration.cluster).toMatchObject({ modify_etc_hosts: true, modify_ssh_setup: true });
  });

  it('makes a key for root, lets it in, and lists it for Ganeti', async () => {
    const { root, run, state } = host();
    const { configuration } = await run(changesHost);
    const at = (name: string) => join(root, 'root/.ssh', name);
    const line = readFileSync(at('id_ecdsa.pub'), 'utf8');
    expect(line).toMatch(/^ecdsa-sha2-nistp256 \S+ root@node1\.lab\.test\n$/);
    expect(readFileSync(at('authorized_keys'), 'utf8')).toBe(line);
    expect(await diskFiles.readText(state.layout.ganetiPubKeys.path)).toBe(
      `${configuration.cluster.master_node} ${line}`,
    );
    const modes = ['', 'id_ecdsa', 'id_ecdsa.pub', 'authorized_keys'].map(
      (name) => statSync(at(name)).mode & 0o7777,
    );
    expect(modes).toEqual([0o700, 0o600, 0o644, 0o600]);
  });

  it('BEH-151 uses the key that root has, and leaves it as it is', async () => {
    const { root, run, state } = host();
    const ssh = join(root, 'root/.ssh');
    mkdirSync(ssh, { recursive: true });
    const line = 'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY= admin\n';
    writeFileSync(join(ssh, 'id_ecdsa'), 'private');
    writeFileSync(join(ssh, 'id_ecdsa.pub'), line);
    writeFileSync(join(ssh, 'authorized_keys'), `from="10.0.0.0/8" ${line}`);
    const before = everything(ssh);
    await run(changesHost);
    expect(everything(ssh)).toEqual(before);
    expect(await diskFiles.readText(state.layout.ganetiPubKeys.path)).toContain(line);
  });

  it.each(['start noded', 'start masterd'])(
    'can be told to take back what it changed on the host if %s fails',
    async (failing) => {
      const { root, run, abort } = host({ failing });
      const hosts = readFileSync(join(root, 'etc/hosts'), 'utf8');
      await failureOf(run(changesHost));
      await abort();
      expect(readFileSync(join(root, 'etc/hosts'), 'utf8')).toBe(hosts);
      expect(readdirSync(root)).toEqual(['etc']);
    },
  );

  it('makes a cluster that this node knows: master in epoch 1, voter record, views, identity', async () => {
    const { run, state } = host();
    const record = await run();
    const { uuid, master_node } = record.configuration.cluster;
    expect(await readClusterRecord(state)).toEqual(record);
    expect(await readMasterName(state)).toBe('node1.lab.test');
    expect(await readNodeIdentity(state)).toMatchObject({ clusterUuid: uuid, nodeUuid: master_node });
    expect(await readVoterRecord(state)).toEqual({
      epoch: 1,
      grantedTo: master_node,
      master: { node: master_node, epoch: 1 },
      version: record.version,
      longestLeaseMs: 0,
    });
    const roster = await readRoster(state);
    expect(roster.nodes).toMatchObject([{ name: 'node1.lab.test', address: '127.0.0.11', nodePort: 47_811 }]);
    expect(await ssconfComplete(state, roster)).toBe(true);
  });

  it('BEH-143 BEH-178 knows its client certificate, which its cluster certificate signed', async () => {
    const { run, state } = host();
    const { cluster } = (await run()).configuration;
    const read = async (name: 'clientPem' | 'serverPem') =>
      splitPem((await diskFiles.readText(state.layout[name].path)) ?? '').certificatePem ?? '';
    const client = await read('clientPem');
    expect(cluster.candidate_certs).toEqual({ [cluster.master_node]: describeCertificate(client).sha1Colon });
    expect(issuedBy(client, await read('serverPem'))).toBe(true);
  });

  it.each(['start noded', 'start masterd'])(
    'BEH-187 fails when %s does, with what was said',
    async (failing) => {
      const { run, order } = host({ failing });
      expect(await failureOf(run())).toMatchObject({
        reason: 'COMMAND_FAILED',
        message: `${failing} ended with status 1`,
      });
      expect(order.at(-1)).toMatch(/^start-(node|master)-daemon failed$/);
    },
  );
});

describe('init that must not be', () => {
  it.each<[string, Partial<InitOptions>, string]>([
    ['BEH-103 no hypervisor', { enabledHypervisors: [] }, 'hypervisors-are-known'],
    [
      'BEH-109 a cluster name that does not resolve',
      { clusterName: 'nowhere.invalid' },
      'cluster-name-resolves',
    ],
    ['BEH-117 a netmask of 33', { masterNetmask: 33 }, 'netmask-fits'],
    ['BEH-121 a device that is not there', { masterNetdev: 'nothing0' }, 'master-netdev-exists'],
    ['BEH-135 a pool of 0', { candidatePoolSize: 0 }, 'candidate-pool-size-fits'],
    ['BEH-137 a MAC prefix for multicast', { macPrefix: '01:00:00' }, 'mac-prefix-is-usable'],
    [
      'loopback addresses without leave',
      { allowLoopback: false },
      'host-address-is-not-loopback,cluster-address-is-not-loopback',
    ],
  ])('BEH-134 touches nothing: %s', async (_what, changes, findings) => {
    const { root, run, order } = host();
    const before = everything(root);
    expect(await failureOf(run(changes))).toMatchObject({ facts: { findings } });
    expect(everything(root)).toEqual(before);
    expect(order).toEqual(['check-host failed']);
  });

  it('BEH-138 tells everything that is wrong at once', async () => {
    const { run } = host({ hosts: '127.0.0.11 node1.lab.test cluster.lab.test\n' });
    const error = await failureOf(run({ candidatePoolSize: 0, macPrefix: 'gg:00:00', masterNetmask: 0 }));
    expect(error.message.split('\n').map((line) => /^\[[a-z-]+\]/.exec(line)?.[0])).toEqual([
      '[cluster-address-is-free]',
      '[netmask-fits]',
      '[mac-prefix-is-usable]',
      '[candidate-pool-size-fits]',
    ]);
    expect(error.reason).toBe('ADDRESS_IN_USE');
    expect(error.hint).toContain('Nothing was changed');
  });

  it('BEH-099 on a host that has a cluster, which stays as it is', async () => {
    const { root, run } = host();
    await run();
    const before = everything(root);
    expect(await failureOf(run())).toMatchObject({ reason: 'CLUSTER_EXISTS' });
    expect(everything(root)).toEqual(before);
  });

  it('BEH-100 BEH-101 beside a file in the data directory, but not beside a directory', async () => {
    const { root, run, state } = host();
    mkdirSync(join(root, 'var/lib/quorate/queue'), { recursive: true });
    writeFileSync(join(root, 'var/lib/quorate/queue/serial'), '1');
    writeFileSync(join(root, 'var/lib/quorate/hmac.key'), 'old');
    const error = await failureOf(run());
    expect(error).toMatchObject({
      reason: 'CLUSTER_EXISTS',
      message: expect.stringContaining(state.layout.hmacKey.path),
    });
    rmSync(state.layout.hmacKey.path);
    await expect(run()).resolves.toBeDefined();
  });

  it('BEH-110 where somebody listens on the cluster’s address already', async () => {
    const { createServer } = await import('node:net');
    const server = createServer().listen(47_811, '127.0.0.100');
    await new Promise((resolve) => server.once('listening', resolve));
    const error = await failureOf(host().run());
    server.close();
    expect(error).toMatchObject({ reason: 'ADDRESS_IN_USE', facts: { findings: 'cluster-address-is-free' } });
  });

  it('BEH-151 with half a key pair of root', async () => {
    const { root, run } = host();
    mkdirSync(join(root, 'root/.ssh'), { recursive: true });
    writeFileSync(join(root, 'root/.ssh/id_ecdsa'), 'private');
    const before = everything(root);
    expect(await failureOf(run(changesHost))).toMatchObject({
      reason: 'HOST_UNFIT',
      facts: { findings: 'root-ssh-key-is-whole' },
    });
    expect(everything(root)).toEqual(before);
  });

  it('BEH-127 without any SSH host key', async () => {
    const { root, run } = host();
    rmSync(join(root, 'etc/ssh/ssh_host_rsa_key.pub'));
    expect(await failureOf(run())).toMatchObject({
      reason: 'HOST_UNFIT',
      facts: { findings: 'ssh-host-key-exists' },
    });
  });
});
