/** A small sealed record of two nodes, for tests: `serial` and `epoch` tell one from another. */
import { initialParameters } from '@quorate/domain/parameters';
import type { ClusterRecord, Configuration, NodeObject } from '@quorate/domain/configuration';
import { seal } from '@quorate/domain/record';
import { sha256Hex } from '@quorate/platform/digest';

export const clusterUuid = '11111111-0000-4000-8000-000000000000';
export const nodeUuids = [
  '22222222-0000-4000-8000-000000000001',
  '22222222-0000-4000-8000-000000000002',
] as const;
const groupUuid = '33333333-0000-4000-8000-000000000000';

export interface Wanted {
  readonly serial?: number;
  readonly epoch?: number;
  /** Which of the two nodes is master. */
  readonly master?: 1 | 2;
  readonly kernelArguments?: string;
}

export function sampleRecord(wanted: Wanted = {}): ClusterRecord {
  const { epoch = 1 } = wanted;
  const ports = { nodePort: 1811, masterPort: 1816, certificateSha256: 'ab'.repeat(32) };
  const nodes = { [nodeUuids[0]]: ports, [nodeUuids[1]]: ports };
  return seal(
    {
      configuration: configurationOf(wanted),
      ours: { epoch, nodes, parameters: initialParameters, history: [] },
    },
    sha256Hex,
  );
}

function configurationOf({ serial = 1, master = 1, kernelArguments = 'ro' }: Wanted): Configuration {
  return {
    version: 3_000_000,
    cluster: {
      ...stamped(clusterUuid),
      cluster_name: 'cluster.test',
      master_node: nodeUuids[master - 1] ?? '',
      master_ip: '192.0.2.100',
      master_netdev: 'eth0',
      master_netmask: 32,
      primary_ip_family: 2,
      candidate_pool_size: 10,
      candidate_certs: { [nodeUuids[0]]: Array(20).fill('AB').join(':') },
      use_external_mip_script: false,
      enabled_hypervisors: ['kvm'],
      hvparams: { kvm: { kernel_args: kernelArguments, acpi: true } },
      ndparams: { ssh_port: 22 },
      uid_pool: [],
      file_storage_dir: '/srv/ganeti/file-storage',
      shared_file_storage_dir: '',
      gluster_storage_dir: '',
      maintain_node_health: false,
      enabled_user_shutdown: false,
      modify_etc_hosts: true,
      modify_ssh_setup: true,
      rsahostkeypub: 'AAAAB3NzaC1yc2E=',
      dsahostkeypub: '',
    },
    nodes: { [nodeUuids[0]]: nodeOf(1), [nodeUuids[1]]: nodeOf(2) },
    nodegroups: { [groupUuid]: { ...stamped(groupUuid), name: 'default' } },
    instances: {},
    networks: {},
    disks: {},
    filters: {},
    serial_no: serial,
    ctime: 1_754_300_000,
    mtime: 1_754_300_000,
  };
}

const nodeOf = (number: 1 | 2): NodeObject => ({
  ...stamped(nodeUuids[number - 1] ?? ''),
  name: `node${number}.test`,
  primary_ip: `192.0.2.${number}`,
  secondary_ip: `192.0.2.${number}`,
  master_candidate: true,
  drained: false,
  offline: false,
  group: groupUuid,
  master_capable: true,
  vm_capable: true,
  powered: true,
  ndparams: {},
});

const stamped = (uuid: string) => ({
  uuid,
  serial_no: 1,
  ctime: 1_754_300_000,
  mtime: 1_754_300_000,
  tags: [],
});
