import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Configuration } from './configuration.ts';
import { initialDraft, type InitRequest } from './initial-configuration.ts';
import { initParameters, type InitWords, masterNetdevOf, type ParameterFacts } from './init-parameters.ts';
import type { PolicyWords } from './instance-policy.ts';
import * as defaults from './parameter-defaults.ts';
import { fitHost } from './testing/fit-host.ts';
import { draftOfSize, initRequest, testNode, testSeconds, uuidOf } from './testing/drafts.ts';
import { configurationFindings } from './validate-configuration.ts';

const sampleFile = new URL('../../../test/samples/config.data.after-init', import.meta.url);
const written = JSON.parse(readFileSync(sampleFile, 'utf8')) as Configuration;

/** The request that made the sample, as far as it can be told from it. */
const { configuration } = initialDraft(
  initRequest({ sshHostKeys: { rsa: String(written.cluster['rsahostkeypub']), dsa: '' } }),
);
const only = <T>(map: Readonly<Record<string, T>>): T => Object.values(map)[0] as T;

/** Every path of an object with the value at its end; maps keyed by UUID are given one common key. */
function paths(value: unknown, path = ''): Map<string, unknown> {
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (members.length === 0) return new Map([[path, value]]);
  return new Map(
    members.flatMap(([key, v]) => [...paths(v, `${path}/${/^[0-9a-f-]{36}$/.test(key) ? '*' : key}`)]),
  );
}

describe('the initial configuration', () => {
  it('has exactly the keys, at every level, of one that Ganeti’s init wrote (BEH-160)', () => {
    expect([...paths(configuration).keys()].sort()).toEqual([...paths(written).keys()].sort());
  });

  it('has the same values, but for what is made anew or chosen (BEH-148)', () => {
    const ours = paths(configuration);
    const different = [...paths(written)].filter(
      ([path, v]) => JSON.stringify(ours.get(path)) !== JSON.stringify(v),
    );
    expect(different.map(([path]) => path).sort()).toEqual([
      '/cluster/candidate_certs/*',
      '/cluster/ctime',
      '/cluster/master_node',
      '/cluster/mtime',
      '/cluster/nicparams/default/link',
      '/cluster/serial_no',
      '/cluster/uuid',
      '/ctime',
      '/mtime',
      '/nodegroups/*/mtime',
      '/nodegroups/*/uuid',
      '/nodes/*/ctime',
      '/nodes/*/group',
      '/nodes/*/mtime',
      '/nodes/*/uuid',
      '/serial_no',
    ]);
  });

  it('BEH-152 has our format and serial 1 everywhere', () => {
    const { version, serial_no, cluster, nodes, nodegroups } = configuration;
    const serials = [serial_no, cluster.serial_no, only(nodes).serial_no, only(nodegroups).serial_no];
    expect([version, ...serials]).toEqual([3_000_000, 1, 1, 1, 1]);
  });

  it('BEH-153, BEH-154 lies under its UUIDs, the master under the node’s', () => {
    expect(Object.keys(configuration.nodes)).toEqual([uuidOf('node')]);
    expect(Object.keys(configuration.nodegroups)).toEqual([uuidOf('group')]);
    expect(configuration.cluster.uuid).toBe(uuidOf('cluster'));
    expect(configuration.cluster.master_node).toBe(uuidOf('node'));
    expect(only(configuration.nodes).group).toBe(uuidOf('group'));
  });

  it('BEH-155 has one group, default, whose members are not stored', () => {
    expect(only(configuration.nodegroups)).toMatchObject({ name: 'default' });
    expect(only(configuration.nodegroups)).not.toHaveProperty('members');
  });

  it('BEH-156 has no instances, networks, disks, filters', () => {
    const { instances, networks, disks, filters } = configuration;
    expect([instances, networks, disks, filters]).toEqual([{}, {}, {}, {}]);
  });

  it('BEH-158 is made at one instant', () => {
    expect([configuration.ctime, configuration.mtime]).toEqual([testSeconds, testSeconds]);
  });

  it('BEH-143 lists exactly the master’s client certificate', () => {
    expect(configuration.cluster.candidate_certs).toEqual({
      [uuidOf('node')]: testNode(1).clientCertificateSha1,
    });
  });

  it('has nothing a validation could find', () => {
    expect(configurationFindings(configuration)).toEqual({ fatal: [], warnings: [] });
  });

  it('begins the history in epoch 1', () => {
    expect(draftOfSize(1).ours).toEqual({
      epoch: 1,
      nodes: {
        [uuidOf('node')]: {
          nodePort: 1811,
          masterPort: 1816,
          certificateSha256: testNode(1).certificateSha256,
        },
      },
      parameters: { leaseMs: 3_000, automaticFailover: false, pausedUntilSeconds: 0 },
      history: [
        {
          epoch: 1,
          node: uuidOf('node'),
          name: 'node1.lab.test',
          since: '2026-11-22T12:00:00.000Z',
          how: 'init',
        },
      ],
    });
  });
});

describe('what was asked for', () => {
  const clusterOf = (...changes: Parameters<typeof initRequest>) =>
    initialDraft(initRequest(...changes)).configuration.cluster;

  it.each([
    ['BEH-118 no netmask', {}, { master_netmask: 32, primary_ip_family: 2 }],
    ['BEH-118 no netmask on IPv6', { family: 6 as const }, { master_netmask: 128, primary_ip_family: 10 }],
    ['a name in capitals', { clusterName: 'Cluster.Lab.Test' }, { cluster_name: 'cluster.lab.test' }],
    ['a netmask', { masterNetmask: 24 }, { master_netmask: 24 }],
    ['BEH-137 a MAC prefix in capitals', { macPrefix: 'AA:BB:CC' }, { mac_prefix: 'aa:bb:cc' }],
    ['a volume group', { vgName: 'vg1' }, { volume_group_name: 'vg1' }],
    [
      'BEH-132 a volume group, for DRBD',
      { vgName: 'vg1' },
      { diskparams: expect.objectContaining({ drbd: expect.objectContaining({ metavg: 'vg1' }) }) },
    ],
    ['a DRBD helper', { drbdHelper: '/bin/true' }, { drbd_usermode_helper: '/bin/true' }],
    [
      'BEH-147 the directory of an enabled template, normalised',
      { enabledDiskTemplates: ['file'], storageDirectories: { file: '/srv//x/../disks/' } },
      { file_storage_dir: '/srv/disks', gluster_storage_dir: '/var/run/ganeti/gluster' },
    ],
    [
      'BEH-212, BEH-215 the directories of disabled templates, as they were given',
      { storageDirectories: { sharedfile: '/srv//shared', gluster: '' } },
      { shared_file_storage_dir: '/srv//shared', gluster_storage_dir: '' },
    ],
    [
      'BEH-200, BEH-201 templates',
      { enabledDiskTemplates: ['ext', 'diskless', 'ext'] },
      {
        enabled_disk_templates: ['ext', 'diskless'],
        ipolicy: expect.objectContaining({ 'disk-templates': ['diskless', 'ext'], 'vcpu-ratio': 4 }),
      },
    ],
    [
      'hypervisors',
      { enabledHypervisors: ['lxc', 'kvm'] },
      {
        enabled_hypervisors: ['lxc', 'kvm'],
        hv_state_static: { lxc: expect.anything(), kvm: expect.anything() },
      },
    ],
    [
      'BEH-140, BEH-142 leave to change the host',
      { modifyEtcHosts: false, modifySshSetup: false },
      { modify_etc_hosts: false, modify_ssh_setup: false },
    ],
    ['an SSH port', { sshPort: 2222 }, { ndparams: expect.objectContaining({ ssh_port: 2222 }) }],
  ])('%s is stored', (_, request, stored) => expect(clusterOf(request)).toMatchObject(stored));

  it('BEH-114 without a secondary IP it equals the primary', () => {
    expect(only(configuration.nodes)).toMatchObject({ primary_ip: '10.99.0.11', secondary_ip: '10.99.0.11' });
    const dual = initialDraft(initRequest({ node: { ...testNode(1), secondaryIp: '192.168.7.1' } }));
    expect(only(dual.configuration.nodes).secondary_ip).toBe('192.168.7.1');
  });

  it('without LVM or DRBD their keys are absent, not empty', () => {
    expect(clusterOf()).not.toHaveProperty('volume_group_name');
    expect(clusterOf()).not.toHaveProperty('drbd_usermode_helper');
  });
});

describe('what was typed', () => {
  const stored = (words: InitWords, changes: Partial<InitRequest> = {}) =>
    initialDraft(initRequest(changes, words)).configuration.cluster;

  it.each<[string, InitWords, string, unknown]>([
    [
      'BEH-125 memory',
      { backendParameters: 'memory=256' },
      'beparams',
      { default: { ...defaults.beparams, minmem: 256, maxmem: 256 } },
    ],
    [
      'backend parameters',
      { backendParameters: 'vcpus=2,maxmem=1.5g,no_auto_balance,-minmem' },
      'beparams',
      { default: { ...defaults.beparams, vcpus: 2, maxmem: 1536, auto_balance: false } },
    ],
    [
      'a NIC',
      { nicParameters: 'mode=routed,link=100,vlan=.7' },
      'nicparams',
      { default: { mode: 'routed', link: '100', vlan: '.7' } },
    ],
    [
      'node parameters',
      { nodeParameters: 'cpu_speed=2.5,ssh_port=2222,exclusive_storage=true,-ovs_link' },
      'ndparams',
      { ...defaults.ndparams, cpu_speed: 2.5, ssh_port: 2222, exclusive_storage: true, ovs_link: null },
    ],
    [
      'hypervisor parameters, for all six',
      { hypervisorParameters: ['kvm:no_acpi,serial_speed=9600', 'kvm:kernel_args=ro\\,quiet'] },
      'hvparams',
      {
        ...defaults.hvparams,
        kvm: { ...defaults.hvparams.kvm, acpi: false, serial_speed: 9600, kernel_args: 'ro,quiet' },
      },
    ],
    [
      'a hypervisor state',
      { hypervisorState: ['fake:mem_total=4096'] },
      'hv_state_static',
      { fake: { ...defaults.hypervisorState, mem_total: 4096 } },
    ],
    [
      'a disk state',
      { diskState: ['plain/xenvg:disk_total=100', 'plain/b'] },
      'disk_state_static',
      { plain: { xenvg: { ...defaults.diskState, disk_total: 100 }, b: defaults.diskState } },
    ],
    [
      'disk parameters',
      { diskParameters: ['drbd:resync-rate=1024,meta-barriers', 'rbd:access=userspace'] },
      'diskparams',
      {
        ...defaults.diskparams,
        drbd: { ...defaults.diskparams.drbd, 'resync-rate': 1024, 'meta-barriers': true },
        rbd: { pool: 'rbd', access: 'userspace' },
      },
    ],
    [
      'user IDs, sorted',
      { uidPool: '5000, 1000-1999,,7' },
      'uid_pool',
      [
        [7, 7],
        [1000, 1999],
        [5000, 5000],
      ],
    ],
    ['BEH-129 no allocator', {}, 'default_iallocator', 'hail'],
    [
      'allocator parameters',
      { defaultIallocatorParameters: 'a=1,b,-c' },
      'default_iallocator_params',
      { a: '1', b: true },
    ],
    ['compression tools', { compressionTools: 'lzop,gzip,gzip' }, 'compression_tools', ['lzop', 'gzip']],
    ['empty compression tools', { compressionTools: '' }, 'compression_tools', defaults.compressionTools],
    ['a type of SSH key', { sshKeyType: 'ecdsa' }, 'ssh_key_bits', 384],
    ['a length of SSH key', { sshKeyBits: '4096' }, 'ssh_key_bits', 4096],
    ['a flag', { maintainNodeHealth: 'Yes' }, 'maintain_node_health', true],
    ['a flag', { preallocWipeDisks: 'true' }, 'prealloc_wipe_disks', true],
    ['a flag', { useExternalMipScript: 'yes' }, 'use_external_mip_script', true],
    ['a flag', { userShutdown: 'no' }, 'enabled_user_shutdown', false],
    ['an image', { installImage: '/images/one' }, 'install_image', '/images/one'],
    ['an image', { zeroingImage: 'zero' }, 'zeroing_image', 'zero'],
  ])('as %s, %j, becomes %s', (_, words, key, value) => expect(stored(words)[key]).toEqual(value));

  it('as an Open vSwitch is the switch of the master IP too (D1)', () => {
    const words = { nicParameters: 'mode=openvswitch' };
    const device = (facts: Partial<ParameterFacts>) =>
      masterNetdevOf({ ...fitHost, masterNetdev: undefined, ...facts });
    expect(device({ words })).toBe('switch1');
    expect(device({ words: { nicParameters: 'mode=routed' } })).toBe('xen-br0');
    expect(device({})).toBe('xen-br0');
    expect(device({ words, masterNetdev: 'eth7' })).toBe('eth7');
    const link = (facts: Partial<ParameterFacts>) =>
      initParameters({ ...fitHost, masterNetdev: undefined, ...facts }).nicparams['link'];
    expect(link({ words })).toBe('switch1');
    expect(link({ words: { nicParameters: 'mode=openvswitch,link=other' } })).toBe('other');
    expect(link({ words, masterNetdev: 'eth7' })).toBe('xen-br0');
  });

  it('as none without hail on the host', () => {
    expect(initParameters({ ...fitHost, iallocators: ['other'] }).defaultIallocator).toBe('');
  });
});

describe('the instance policy', () => {
  const policyFor = (policy: PolicyWords, enabledDiskTemplates = ['diskless']) =>
    initParameters({ ...fitHost, enabledDiskTemplates, words: { policy } }).ipolicy;
  const bounds = 'memory-size=1g,cpu-count=2,disk-count=1,disk-size=10g,nic-count=1,spindle-use=1' as const;

  it.each([
    ['BEH-200', 'drbd,plain', ['drbd', 'plain', 'file'], ['drbd', 'plain']],
    ['BEH-200 in the order of the policy', 'plain,drbd,plain', ['drbd', 'plain'], ['plain', 'drbd']],
    ['BEH-201', undefined, ['plain'], ['plain']],
  ])('%s allows of %j those of %j', (_, diskTemplates, enabled, templates) => {
    const { 'disk-templates': left, ...others } = policyFor({ diskTemplates }, enabled);
    const { 'disk-templates': __, ...untouched } = defaults.ipolicy;
    expect(left).toEqual(templates);
    expect(others).toEqual(untouched);
  });

  it('has ratios as numbers', () => {
    expect(policyFor({ vcpuRatio: '1.5', spindleRatio: '16' })).toMatchObject({
      'vcpu-ratio': 1.5,
      'spindle-ratio': 16,
    });
  });

  it('takes bounds as a whole, and the standard key by key', () => {
    const { minmax, std } = policyFor({
      boundsSpecs: `min:${bounds}/max:${bounds}//max:${bounds}/min:${bounds}`,
      stdSpecs: 'memory-size=1g,cpu-count=2',
    });
    const specs = {
      'memory-size': 1024,
      'cpu-count': 2,
      'disk-count': 1,
      'disk-size': 10_240,
      'nic-count': 1,
      'spindle-use': 1,
    };
    expect(minmax).toEqual([
      { min: specs, max: specs },
      { min: specs, max: specs },
    ]);
    expect(std).toEqual({ ...defaults.ipolicy.std, 'memory-size': 1024, 'cpu-count': 2 });
  });

  it('takes the same transposed', () => {
    const { minmax, std } = policyFor({ memorySize: 'min=256,max=64g,std=1g', nicCount: 'max=2' });
    expect(minmax[0]?.min).toEqual({ ...defaults.ipolicy.minmax[0].min, 'memory-size': 256 });
    expect(minmax[0]?.max).toEqual({
      ...defaults.ipolicy.minmax[0].max,
      'memory-size': 65_536,
      'nic-count': 2,
    });
    expect(std).toEqual({ ...defaults.ipolicy.std, 'memory-size': 1024 });
  });
});
