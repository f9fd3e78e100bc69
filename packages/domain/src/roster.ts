/**
 * The roster: what every node knows about every other, so that it can ask, answer and judge without
 * holding the configuration. Derived from the configuration by `rosterOf` and sent along with each version;
 * on disk it is written last and so marks the generation of the ssconf files beside it.
 */
import type { Candidacy } from './candidacy.ts';
import { ClusterError } from './errors.ts';
import type { OursParameters } from './parameters.ts';
import type { SshKeyType } from './ssh-public-key.ts';
import type { Version } from './version.ts';

export type NodeUuid = string;
export type NodeName = string;
export type ClusterUuid = string;

/** Ganeti's role letters, spelled out. */
export type Role = 'master' | 'candidate' | 'regular' | 'drained' | 'offline';

export interface RosterNode extends Candidacy {
  readonly uuid: NodeUuid;
  readonly name: NodeName;
  /** Literal primary IP; nothing on the failover path asks DNS. */
  readonly address: string;
  /** TCP port of the node daemon. */
  readonly nodePort: number;
  /** TCP port of the master daemon. */
  readonly masterPort: number;
  readonly role: Role;
  /** Of root there: of candidates only, who may log in everywhere, and only where SSH is managed. */
  readonly sshPublicKey?: string;
  /** Let in beside it while it is renewed. */
  readonly newSshPublicKey?: string;
  /** SHA-256 of the certificate it is to show, lower-case hex; absent while none is known, or all are renewed. */
  readonly certificateSha256?: string;
}

/** Who is not listened to any more, although the cluster once signed for it (revocation.ts). */
export interface Revoked {
  /** Removed nodes, whatever certificate they show. */
  readonly nodes: readonly NodeUuid[];
  /** SHA-256 of certificates that were replaced, lower-case hex. */
  readonly certificates: readonly string[];
}

/** How and where the master IP is to be held. */
export interface MasterIpParameters {
  readonly address: string;
  /** Prefix length. */
  readonly netmask: number;
  readonly device: string;
  readonly family: 4 | 6;
  /** A program of the site holds it; absent means that we do. */
  readonly externalScript?: boolean;
}

/** What every node is to have on its host outside the data directory. */
export interface HostSetup {
  /** Lines for all nodes in the hosts file. */
  readonly etcHosts: boolean;
  /** Of root's key pair, which is let in if it is a candidate's; null where SSH is not managed. */
  readonly sshKeyType: SshKeyType | null;
}

export interface Roster {
  readonly clusterUuid: ClusterUuid;
  readonly clusterName: string;
  readonly version: Version;
  readonly master: NodeUuid | null;
  readonly masterIp: MasterIpParameters;
  readonly nodes: readonly RosterNode[];
  /** Of the mastership: for those that hold no configuration. */
  readonly parameters: OursParameters;
  /** Absent in rosters that were written before there was any. */
  readonly hostSetup?: HostSetup;
  /** Absent for nobody. */
  readonly revoked?: Revoked;
  /** SHA-256 over the ssconf set of this version; a reader detects a mixed set (BEH-277). */
  readonly ssconfDigest: string;
}

export const nodeNamed = (roster: Roster, name: NodeName): RosterNode | undefined =>
  roster.nodes.find((n) => n.name === name);

/**
 * The node an administrator means: its name, or the first label of it where that is enough to tell.
 *
 * Fails with NODE_UNKNOWN, or WRONG_INPUT where a first label is that of several.
 */
export function requireNodeNamed(roster: Roster, name: NodeName): RosterNode {
  const short = roster.nodes.filter((node) => node.name.startsWith(`${name}.`));
  const node = nodeNamed(roster, name) ?? short[0];
  if (!node) {
    throw new ClusterError('NODE_UNKNOWN', `${name} is not a node of ${roster.clusterName}`, {
      hint: `Its nodes are ${namesOf(roster.nodes)}`,
    });
  }
  if (node.name === name || short.length === 1) return node;
  throw new ClusterError('WRONG_INPUT', `${name} may be any of several nodes`, {
    hint: `Give the whole name: ${namesOf(short)}`,
  });
}

const namesOf = (nodes: readonly RosterNode[]): string => nodes.map((node) => node.name).join(', ');

export const nodeByUuid = (roster: Roster, uuid: NodeUuid | null): RosterNode | undefined =>
  roster.nodes.find((n) => n.uuid === uuid);

export const isCandidate = (node: Pick<RosterNode, 'role'>): boolean =>
  node.role === 'master' || node.role === 'candidate';
