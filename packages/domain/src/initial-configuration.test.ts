import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Configuration } from './configuration.ts';
import { initialDraft } from './initial-configuration.ts';
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
    [
      'BEH-200 templates',
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
