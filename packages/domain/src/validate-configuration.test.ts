import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ClusterObject, Configuration, NodeObject } from './configuration.ts';
import { draftOfSize, uuidOf } from './testing/drafts.ts';
import { configurationFindings } from './validate-configuration.ts';

const { configuration: sound } = draftOfSize(3);

const withCluster = (changes: Partial<ClusterObject>): Configuration => ({
  ...sound,
  cluster: { ...sound.cluster, ...changes },
});
function withNode(number: number, changes: Partial<NodeObject>): Configuration {
  const uuid = uuidOf('node', number);
  return { ...sound, nodes: { ...sound.nodes, [uuid]: { ...sound.nodes[uuid], ...changes } as NodeObject } };
}
const group = Object.values(sound.nodegroups)[0];
const instance = { uuid: 'i', name: 'web', primary_node: uuidOf('node', 2), disks: ['d'] };

describe('a sound configuration', () => {
  it.each(['after-init', 'after-node-add', 'before-failover', 'after-failover'])(
    'written by Ganeti: %s',
    (name) => {
      const file = new URL(`../../../test/samples/config.data.${name}`, import.meta.url);
      const written = JSON.parse(readFileSync(file, 'utf8')) as Configuration;
      expect(configurationFindings(written)).toEqual({ fatal: [], warnings: [] });
    },
  );

  it('written by us, with an instance', () => {
    const busy = { ...sound, instances: { i: instance }, disks: { d: { uuid: 'd' } } };
    expect(configurationFindings(busy)).toEqual({ fatal: [], warnings: [] });
  });
});

describe('fatal', () => {
  it.each<[string, Configuration]>([
    ['No hypervisor is enabled', withCluster({ enabled_hypervisors: [] })],
    [
      'Hypervisor kvm is enabled and has no parameters',
      withCluster({ enabled_hypervisors: ['kvm'], hvparams: {} }),
    ],
    ['No disk template is enabled', withCluster({ enabled_disk_templates: [] })],
    [
      `The master ${uuidOf('node', 9)} is not among the nodes`,
      withCluster({ master_node: uuidOf('node', 9) }),
    ],
    [
      `The object under nodes.${uuidOf('node', 2)} has another UUID`,
      withNode(2, { uuid: uuidOf('node', 8) }),
    ],
    ['node2.lab.test is in the unknown group x', withNode(2, { group: 'x' })],
    [
      'Instance web is on an unknown node',
      { ...sound, disks: { d: { uuid: 'd' } }, instances: { i: { ...instance, primary_node: 'x' } } },
    ],
    ['Instance web has the unknown disk d', { ...sound, instances: { i: instance } }],
  ])('%s', (finding, configuration) => expect(configurationFindings(configuration).fatal).toEqual([finding]));
});

describe('a warning', () => {
  it.each<[string, Configuration]>([
    ['Not enough master candidates: 2 of 3', withNode(2, { master_candidate: false })],
    ['node2.lab.test is more than one of candidate, drained and offline', withNode(2, { offline: true })],
    [
      'node2.lab.test sets exclusive_storage, which belongs to the whole cluster or group',
      withNode(2, { ndparams: { exclusive_storage: true } }),
    ],
    [
      'Two node groups are named default',
      { ...sound, nodegroups: { ...sound.nodegroups, g: { ...group, uuid: 'g' } as never } },
    ],
    [
      `Node group name ${uuidOf('node')} looks like a UUID`,
      { ...sound, nodegroups: { [uuidOf('group')]: { ...group, name: uuidOf('node') } as never } },
    ],
    [
      'Address 10.99.0.12 belongs to node2.lab.test and node3.lab.test',
      withNode(3, { primary_ip: '10.99.0.12' }),
    ],
    [
      'Address 10.99.0.12 belongs to the cluster (cluster.lab.test) and node2.lab.test',
      withCluster({ master_ip: '10.99.0.12' }),
    ],
    [
      'Port 11001 is in the pool twice',
      withCluster({ tcpudp_port_pool: [11001, 11001], highest_used_port: 11005 }),
    ],
    ['Port 11001 of the pool is above the highest, 10999', withCluster({ tcpudp_port_pool: [11001] })],
    [
      'Network mode tunnel is unknown',
      withCluster({ nicparams: { default: { mode: 'tunnel', link: '', vlan: '' } } }),
    ],
    [
      'Bridged network interfaces need a link',
      withCluster({ nicparams: { default: { mode: 'bridged', link: '', vlan: '' } } }),
    ],
    [
      'The instance policy has the unknown key max-spindles',
      withCluster({ ipolicy: { ...(sound.cluster['ipolicy'] as object), 'max-spindles': 1 } }),
    ],
    ['Backend parameter memory is unknown', withCluster({ beparams: { default: { memory: 5 } } })],
    ['Node parameter ssh_port is not a number', withCluster({ ndparams: { ssh_port: '22' as never } })],
  ])('%s', (finding, configuration) => {
    expect(configurationFindings(configuration)).toEqual({ fatal: [], warnings: [finding] });
  });

  it('for a master that is no candidate, besides the pool it leaves short', () => {
    const { fatal, warnings } = configurationFindings(withNode(1, { master_candidate: false }));
    expect(fatal).toEqual([]);
    expect(warnings).toEqual([
      'The master node1.lab.test is not a master candidate',
      'Not enough master candidates: 2 of 3',
    ]);
  });
});
