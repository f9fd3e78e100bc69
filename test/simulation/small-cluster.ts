/**
 * The configuration the simulation works with: whole in shape, so that the real parser reads it, but small, so that
 * ten thousand runs do not spend their time in texts. And a hash that is quick; the rules take it as a parameter.
 *
 * A client's change is a tag: the list of tags is the history that the checker compares.
 */
import type { ClusterObject, ClusterRecord, Configuration, Draft } from '@quorate/domain/configuration';
import { initialParameters } from '@quorate/domain/parameters';
import { newNodeObject, type NewNode } from '@quorate/domain/new-node';
import { rosterOf } from '@quorate/domain/roster-of';
import { seal } from '@quorate/domain/record';
import type { Roster } from '@quorate/domain/roster';
import { nodeName, nodeUuidOf } from './world.ts';

/** FNV-1a twice, with two starts. No protection against an adversary; the simulation has none. */
export function quickHash(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x1b873593;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
  }
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}

export const sealed = (draft: Draft): ClusterRecord => seal(draft, quickHash);

const rosters = new WeakMap<ClusterRecord, Roster>();

export function rosterIn(record: ClusterRecord): Roster {
  const known = rosters.get(record);
  if (known) return known;
  const roster = rosterOf(record, '');
  rosters.set(record, roster);
  return roster;
}

export const newNode = (index: number, masterCapable = true): NewNode => ({
  uuid: nodeUuidOf(index),
  name: nodeName(index),
  primaryIp: `10.77.0.${index + 1}`,
  nodePort: 1811,
  masterPort: 1816,
  certificateSha256: String(index),
  clientCertificateSha1: '',
  masterCapable,
});

export interface SmallCluster {
  readonly size: number;
  readonly candidates: number;
  readonly leaseMs: number;
  readonly automatic: boolean;
}

export function firstRecord({ size, candidates, leaseMs, automatic }: SmallCluster): ClusterRecord {
  const empty = emptyConfiguration(Math.max(candidates, 2));
  const indices = Array.from({ length: size }, (_, index) => index);
  const nodes = Object.fromEntries(
    indices.map((index) => [
      nodeUuidOf(index),
      newNodeObject(empty, newNode(index, index < candidates), index < candidates, 0),
    ]),
  );
  const ports = { nodePort: 1811, masterPort: 1816, certificateSha256: '' };
  return sealed({
    configuration: { ...empty, nodes },
    ours: {
      epoch: 1,
      nodes: Object.fromEntries(indices.map((index) => [nodeUuidOf(index), ports])),
      parameters: { ...initialParameters, leaseMs, automaticFailover: automatic },
      history: [],
    },
  });
}

function emptyConfiguration(poolSize: number): Configuration {
  const stamp = { serial_no: 1, mtime: 0 };
  const cluster = {
    uuid: 'cluster',
    ...stamp,
    cluster_name: 'cluster.lab',
    master_node: nodeUuidOf(0),
    master_ip: '10.77.0.100',
    master_netdev: 'eth0',
    master_netmask: 32,
    primary_ip_family: 2,
    candidate_pool_size: poolSize,
    candidate_certs: {},
    enabled_hypervisors: [],
    hvparams: {},
    ndparams: { ssh_port: 22 },
    uid_pool: [],
    file_storage_dir: '',
    shared_file_storage_dir: '',
    gluster_storage_dir: '',
    maintain_node_health: false,
    enabled_user_shutdown: false,
    tags: [],
  } as unknown as ClusterObject;
  const group = { uuid: 'group', ...stamp, name: 'default' };
  const nothing = { instances: {}, networks: {}, disks: {}, filters: {} };
  return { version: 3_000_000, cluster, nodes: {}, nodegroups: { group }, ...nothing, ctime: 0, ...stamp };
}

export const tagsOf = (draft: Draft): readonly string[] => draft.configuration.cluster.tags ?? [];

/** The change of a client, recognisable for ever. */
export function withTag({ configuration, ours }: Draft, tag: string, nowSeconds: number): Draft {
  const { cluster } = configuration;
  const touch = (serial: number) => ({ serial_no: serial + 1, mtime: nowSeconds });
  const tagged = { ...cluster, ...touch(cluster.serial_no), tags: [...(cluster.tags ?? []), tag] };
  return { configuration: { ...configuration, ...touch(configuration.serial_no), cluster: tagged }, ours };
}
