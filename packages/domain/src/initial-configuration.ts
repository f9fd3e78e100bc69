/**
 * The first configuration of a new cluster: one node, which is its master, in epoch 1.
 *
 * Complete at once. The reference writes a fragment and completes it in three rewrites, so that a failure in between
 * leaves a file no program can read (BEH-160).
 *
 * Counterparts in Ganeti: lib/bootstrap.py, InitCluster and InitConfig; ConfigWriter's UpgradeConfig.
 */
import {
  type ClusterObject,
  type Configuration,
  configurationFormat,
  type Draft,
  type NodeGroupObject,
  type NodeObject,
  type Ours,
} from './configuration.ts';
import type { InitParameters } from './init-parameters.ts';
import { parseHostName, singleAddressMask } from './names.ts';
import * as defaults from './parameter-defaults.ts';
import { initialParameters } from './parameters.ts';
import type { ClusterUuid, NodeName, NodeUuid } from './roster.ts';
import { type StorageDirectories, storageDirectoryOf } from './storage-request.ts';

/** What `init` was asked for, already checked (init-checks.ts), with everything random or local made beforehand. */
export interface InitRequest {
  readonly clusterName: string;
  readonly masterIp: string;
  /** Prefix length; a single address (32 or 128) if absent. */
  readonly masterNetmask?: number | undefined;
  readonly masterNetdev: string;
  readonly family: 4 | 6;
  readonly node: InitNode;
  readonly uuids: { readonly cluster: ClusterUuid; readonly node: NodeUuid; readonly group: string };
  readonly nowSeconds: number;
  readonly candidatePoolSize: number;
  readonly macPrefix: string;
  /** The first is the default one. */
  readonly enabledHypervisors: readonly string[];
  readonly enabledDiskTemplates: readonly string[];
  readonly vgName?: string | undefined;
  readonly drbdHelper?: string | undefined;
  readonly storageDirectories?: StorageDirectories | undefined;
  /** Second words of the host's public key lines; empty if it has no such key. */
  readonly sshHostKeys: { readonly rsa: string; readonly dsa: string };
  readonly modifyEtcHosts: boolean;
  readonly modifySshSetup: boolean;
  readonly sshPort: number;
  readonly parameters: InitParameters;
}

export interface InitNode {
  readonly name: NodeName;
  readonly primaryIp: string;
  /** Equal to the primary IP if absent. */
  readonly secondaryIp?: string | undefined;
  readonly nodePort: number;
  readonly masterPort: number;
  /** SHA-256 of the node certificate (DER), lower-case hex. */
  readonly certificateSha256: string;
  /** SHA-1 of `client.pem`, upper-case colon form. */
  readonly clientCertificateSha1: string;
  /** Of root, as one line; absent where SSH is not managed. */
  readonly sshPublicKey?: string | undefined;
}

/** Every serial is 1 (BEH-152), every time the same instant. */
export function initialDraft(request: InitRequest): Draft {
  return { configuration: initialConfiguration(request), ours: initialOurs(request) };
}

function initialConfiguration(request: InitRequest): Configuration {
  const { uuids, nowSeconds } = request;
  return {
    version: configurationFormat,
    cluster: initialCluster(request),
    nodes: { [uuids.node]: initialNode(request) },
    nodegroups: { [uuids.group]: defaultGroup(request) },
    instances: {},
    networks: {},
    disks: {},
    filters: {},
    serial_no: 1,
    ctime: nowSeconds,
    mtime: nowSeconds,
  };
}

function initialOurs({ node, uuids, nowSeconds }: InitRequest): Ours {
  const { nodePort, masterPort, certificateSha256, sshPublicKey } = node;
  const name = parseHostName(node.name);
  return {
    epoch: 1,
    nodes: {
      [uuids.node]: { nodePort, masterPort, certificateSha256, ...(sshPublicKey && { sshPublicKey }) },
    },
    parameters: initialParameters,
    history: [{ epoch: 1, node: uuids.node, name, since: isoTime(nowSeconds), how: 'init' }],
  };
}

/** ISO 8601, UTC. */
export const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString();

function initialNode({ node, uuids, nowSeconds }: InitRequest): NodeObject {
  return {
    name: parseHostName(node.name),
    primary_ip: node.primaryIp,
    secondary_ip: node.secondaryIp ?? node.primaryIp,
    master_candidate: true,
    offline: false,
    drained: false,
    group: uuids.group,
    master_capable: true,
    vm_capable: true,
    ndparams: {},
    powered: true,
    ctime: nowSeconds,
    mtime: nowSeconds,
    uuid: uuids.node,
    serial_no: 1,
  };
}

/** Its members are not stored; they are the nodes that name this group (BEH-155). */
function defaultGroup({ uuids, nowSeconds }: InitRequest): NodeGroupObject {
  return {
    name: 'default',
    ndparams: {},
    diskparams: {},
    ipolicy: {},
    alloc_policy: 'preferred',
    networks: {},
    mtime: nowSeconds,
    uuid: uuids.group,
    serial_no: 1,
  };
}

function initialCluster(request: InitRequest): ClusterObject {
  return {
    ...identity(request),
    ...masterAddress(request),
    ...security(request),
    ...storage(request),
    ...instanceParameters(request),
    ...machinery(request),
  };
}

const identity = ({ clusterName, uuids, nowSeconds }: InitRequest) => ({
  cluster_name: parseHostName(clusterName),
  uuid: uuids.cluster,
  serial_no: 1,
  ctime: nowSeconds,
  mtime: nowSeconds,
});

const masterAddress = ({
  masterIp,
  masterNetdev,
  masterNetmask,
  family,
  uuids,
  parameters,
}: InitRequest) => ({
  // The UUID, not the name (BEH-154).
  master_node: uuids.node,
  master_ip: masterIp,
  master_netdev: masterNetdev,
  master_netmask: masterNetmask ?? singleAddressMask(family),
  primary_ip_family: family === 6 ? (10 as const) : (2 as const),
  use_external_mip_script: parameters.useExternalMipScript,
});

const security = ({ uuids, node, sshHostKeys, modifyEtcHosts, modifySshSetup, parameters }: InitRequest) => ({
  candidate_certs: { [uuids.node]: node.clientCertificateSha1 },
  rsahostkeypub: sshHostKeys.rsa,
  dsahostkeypub: sshHostKeys.dsa,
  ssh_key_type: parameters.sshKeyType,
  ssh_key_bits: parameters.sshKeyBits,
  modify_etc_hosts: modifyEtcHosts,
  modify_ssh_setup: modifySshSetup,
});

const storage = (request: InitRequest) => ({
  enabled_disk_templates: distinct(request.enabledDiskTemplates),
  diskparams: diskParameters(request.parameters, request.vgName),
  // Absent, not empty, when LVM or DRBD is off.
  ...(request.vgName ? { volume_group_name: request.vgName } : {}),
  ...(request.drbdHelper ? { drbd_usermode_helper: request.drbdHelper } : {}),
  reserved_lvs: [],
  file_storage_dir: storageDirectoryOf(request, 'file'),
  shared_file_storage_dir: storageDirectoryOf(request, 'sharedfile'),
  gluster_storage_dir: storageDirectoryOf(request, 'gluster'),
  disk_state_static: request.parameters.diskState,
  prealloc_wipe_disks: request.parameters.preallocWipeDisks,
});

/** DRBD keeps its metadata in the cluster's volume group (BEH-132). */
export const diskParameters = ({ diskparams }: InitParameters, vgName: string | undefined) => ({
  ...diskparams,
  drbd: { ...diskparams.drbd, ...(vgName ? { metavg: vgName } : {}) },
});

const instanceParameters = ({ enabledHypervisors, sshPort, macPrefix, parameters }: InitRequest) => ({
  enabled_hypervisors: distinct(enabledHypervisors),
  hvparams: parameters.hvparams,
  hv_state_static: parameters.hypervisorState,
  os_hvp: {},
  beparams: { default: parameters.beparams },
  osparams: {},
  osparams_private_cluster: {},
  nicparams: { default: parameters.nicparams },
  ndparams: { ...defaults.ndparams, ssh_port: sshPort, ...parameters.ndparams },
  ipolicy: parameters.ipolicy,
  mac_prefix: macPrefix.toLowerCase(),
  hidden_os: [],
  blacklisted_os: [],
});

const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)];

const machinery = ({ candidatePoolSize, parameters }: InitRequest) => ({
  candidate_pool_size: candidatePoolSize,
  highest_used_port: defaults.initDefaults.highestUsedPort,
  tcpudp_port_pool: [],
  uid_pool: parameters.uidPool,
  default_iallocator: parameters.defaultIallocator,
  default_iallocator_params: parameters.defaultIallocatorParameters,
  maintain_node_health: parameters.maintainNodeHealth,
  max_running_jobs: 20,
  max_tracked_jobs: 25,
  install_image: parameters.installImage,
  zeroing_image: parameters.zeroingImage,
  instance_communication_network: '',
  compression_tools: parameters.compressionTools,
  enabled_user_shutdown: parameters.userShutdown,
  data_collectors: defaults.dataCollectors,
});
