/**
 * The cluster's record in Ganeti's own shape (`config.data`, format 3000000), typed where we touch it.
 *
 * Ganeti refuses unknown keys, so nothing of ours is in here: what we add lives in `Ours`, and both together
 * with their version are the `ClusterRecord`, the one authoritative file. Keys we do not name are carried
 * through unchanged.
 */
import type { Candidacy } from './candidacy.ts';
import type { OtherCertificate } from './certificate-pins.ts';
import type { Exposure } from './exposure.ts';
import type { OursParameters } from './parameters.ts';
import type { Revocation } from './revocation.ts';
import type { PastRenewal, Renewal } from './renewal.ts';
import type { ClusterUuid, NodeName, NodeUuid } from './roster.ts';
import type { TokenBook } from './token-book.ts';
import type { Version } from './version.ts';

export const configurationFormat = 3_000_000;

type Opaque = Record<string, unknown>;

interface Stamped {
  readonly uuid: string;
  readonly serial_no: number;
  /** Seconds since the epoch, fractional. A group's is absent until Ganeti first rewrites the file. */
  readonly ctime?: number;
  readonly mtime: number;
  /** Absent means none, as in a file just made. */
  readonly tags?: readonly string[];
}

export interface ClusterObject extends Stamped {
  readonly cluster_name: string;
  /** UUID of the master; empty while the cluster is being destroyed. */
  readonly master_node: NodeUuid;
  readonly master_ip: string;
  readonly master_netdev: string;
  readonly master_netmask: number;
  /** 2 = IPv4, 10 = IPv6, the kernel's address family numbers. */
  readonly primary_ip_family: 2 | 10;
  readonly candidate_pool_size: number;
  /** Node UUID → SHA-1 digest of its client.pem, upper-case colon form; a view for Ganeti only. */
  readonly candidate_certs: Readonly<Record<NodeUuid, string>>;
  readonly use_external_mip_script: boolean;
  readonly enabled_hypervisors: readonly string[];
  readonly hvparams: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;
  readonly ndparams: Readonly<Record<string, unknown>> & { readonly ssh_port: number };
  readonly uid_pool: readonly (readonly [number, number])[];
  readonly file_storage_dir: string;
  readonly shared_file_storage_dir: string;
  readonly gluster_storage_dir: string;
  readonly maintain_node_health: boolean;
  readonly enabled_user_shutdown: boolean;
  readonly modify_etc_hosts: boolean;
  readonly modify_ssh_setup: boolean;
  readonly [key: string]: unknown;
}

export interface NodeObject extends Stamped {
  readonly name: NodeName;
  readonly primary_ip: string;
  readonly secondary_ip: string;
  readonly master_candidate: boolean;
  readonly drained: boolean;
  readonly offline: boolean;
  readonly group: string;
  readonly master_capable: boolean;
  readonly vm_capable: boolean;
  readonly powered: boolean;
  readonly ndparams: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

export interface NodeGroupObject extends Stamped {
  readonly name: string;
  readonly [key: string]: unknown;
}

export interface Configuration {
  readonly version: number;
  readonly cluster: ClusterObject;
  readonly nodes: Readonly<Record<NodeUuid, NodeObject>>;
  readonly nodegroups: Readonly<Record<string, NodeGroupObject>>;
  readonly instances: Opaque;
  readonly networks: Opaque;
  readonly disks: Opaque;
  readonly filters: Opaque;
  readonly serial_no: number;
  readonly ctime: number;
  readonly mtime: number;
}

/** What we know of a node and Ganeti's format has no key for. */
export interface OursNode extends Candidacy {
  readonly nodePort: number;
  readonly masterPort: number;
  /** SHA-256 of the node certificate (DER), lower-case hex; empty for a node that has yet to join (new-node.ts). */
  readonly certificateSha256: string;
  /** Its end, in seconds since 1970; absent where it was not seen. */
  readonly certificateEndsSeconds?: number;
  /** What it may be seen with instead, for a while (certificate-pins.ts); absent for none. */
  readonly otherCertificates?: readonly OtherCertificate[];
  /** Of root, as one line (ssh-public-key.ts); absent where SSH is not managed. */
  readonly sshPublicKey?: string;
  /** To take its place (ssh-key-renewal.ts); absent while there is only one. */
  readonly newSshPublicKey?: string;
  /** It was a candidate, and has not been seen yet without the cluster's private key (candidate-keeper.ts). */
  readonly mayHoldClusterKey?: boolean;
}

/** One entry of the mastership history, newest last. */
export interface MastershipEntry {
  readonly epoch: number;
  readonly node: NodeUuid;
  readonly name: NodeName;
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly how:
    | 'init'
    | 'import'
    | 'failover'
    | 'automatic-failover'
    | 'failover-without-voting'
    | 're-election'
    | 'overruled';
}

export interface Ours {
  /** The epoch in which this record was made. */
  readonly epoch: number;
  readonly nodes: Readonly<Record<NodeUuid, OursNode>>;
  readonly parameters: OursParameters;
  readonly history: readonly MastershipEntry[];
  /** Certificates that nobody may show any more; absent for none. */
  readonly revoked?: readonly Revocation[];
  /** Secrets that nodes know which are none any more; absent for none. */
  readonly exposed?: readonly Exposure[];
  /** The renewal of keys and certificates that is under way. */
  readonly renewal?: Renewal;
  /** How the last ones ended, newest last. */
  readonly pastRenewals?: readonly PastRenewal[];
  /** By ID; absent if there never was any. */
  readonly tokens?: TokenBook;
}

/** A record under construction: not yet given a version. */
export interface Draft {
  readonly configuration: Configuration;
  readonly ours: Ours;
}

/** What `cluster.json` holds. */
export interface ClusterRecord extends Draft {
  readonly version: Version;
}

export const clusterUuidOf = (draft: Draft): ClusterUuid => draft.configuration.cluster.uuid;
