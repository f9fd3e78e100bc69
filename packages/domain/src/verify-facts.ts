/**
 * What `verify` judges: facts about every node, as they were gathered in one round. Times are of the host that
 * gathered them; nothing here is a secret, files are told by digests.
 */
import type { ClusterRecord } from './configuration.ts';
import type { NodeUuid, Roster, RosterNode } from './roster.ts';
import type { Version } from './version.ts';
import type { Ballot } from './vote.ts';

export interface FileSeen {
  /** As seen from that node's root. */
  readonly path: string;
  readonly mode: number;
  readonly wantedMode: number;
  /** User numbers. */
  readonly owner: number;
  readonly wantedOwner: number;
}

export interface CertificateSeen {
  /** File name. */
  readonly file: string;
  /** Why it cannot be read; empty if it can. The rest means nothing then. */
  readonly problem: string;
  readonly notBeforeSeconds: number;
  readonly notAfterSeconds: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Ganeti's form: upper-case, with colons. */
  readonly sha1: string;
  readonly selfSigned: boolean;
  readonly signedByCluster: boolean;
  /** By a certificate that counts on that disk beside it, which is so only while the cluster certificate is renewed. */
  readonly signedByTrusted: boolean;
}

export type TriedNetwork = 'primary' | 'secondary' | 'master-ip' | 'ssh';

/** What a connection attempt met: `refused` shows that the host is there. */
export type TriedAnswer = 'open' | 'refused' | 'silent' | 'unreachable';

export interface AddressTried {
  /** Whom it was meant for; null for the master IP. */
  readonly node: NodeUuid | null;
  readonly network: TriedNetwork;
  readonly address: string;
  readonly port: number;
  readonly answer: TriedAnswer;
}

export interface StorageSeen {
  readonly allowedPaths: readonly string[];
  /** By ssconf key: `file_storage_dir` and its like. */
  readonly directories: readonly {
    readonly key: string;
    readonly path: string;
    readonly isDirectory: boolean;
    readonly writable: boolean;
  }[];
  /** MiB by name. */
  readonly volumeGroups: ReadonlyMap<string, number>;
  readonly volumeGroupsFailure?: string;
  /** The program that the kernel's DRBD calls; empty without DRBD. */
  readonly drbdHelper: string;
  /** Of the kernel's DRBD; empty without. */
  readonly drbdVersion: string;
}

/** What lets somebody in as root of that host. Keys are type and key, with one blank between them. */
export interface SshSeen {
  /** Of root's own key pair of the cluster's type; empty if there is none that can be passed on. */
  readonly ownKey: string;
  readonly letIn: readonly {
    readonly key: string;
    /** Whom the remark behind it names, by that node's own roster. */
    readonly namedNode: NodeUuid | null;
  }[];
}

/** The site's own program for the master IP. */
export type MasterIpScriptSeen = 'ready' | 'missing' | 'not-executable';

export interface NodeFacts {
  readonly masterIpHere: boolean;
  readonly masterDaemonInOffice: boolean;
  readonly softwareVersion: string;
  readonly protocolVersion: number;
  /** Its wall clock less ours, ms, with the way of question and answer taken out; as exact as `clockUncertaintyMs`. */
  readonly clockOffsetMs: number;
  readonly clockUncertaintyMs: number;
  readonly hostName: string;
  readonly files: readonly FileSeen[];
  readonly certificates: readonly CertificateSeen[];
  /** SHA-256 by file name, of what must be equal on all nodes. */
  readonly sharedFileDigests: Readonly<Record<string, string>>;
  /** Version named by the roster on its disk. */
  readonly ssconfVersion: Version;
  /** Whether its ssconf files are the set that its roster names. */
  readonly ssconfComplete: boolean;
  /** SHA-256 over the canonical text of its roster. */
  readonly rosterDigest: string;
  /** Files that are not what its own record makes of them. */
  readonly differingViews: readonly string[];
  readonly holdsClusterKey: boolean;
  /** SHA-256 of the certificate its node daemon shows. */
  readonly presentedSha256: string;
  readonly temporaries: readonly string[];
  readonly strangers: readonly string[];
  readonly tried: readonly AddressTried[];
  readonly lackingAddresses: readonly string[];
  readonly masterDeviceExists: boolean;
  readonly missingFileSystems: readonly string[];
  readonly storage: StorageSeen;
  /** Undefined where SSH is not managed. */
  readonly ssh?: SshSeen | undefined;
  /** Undefined where no program of the site holds the master IP. */
  readonly masterIpScript?: MasterIpScriptSeen | undefined;
}

/** What became of looking at one node of the electorate. */
export interface NodeObservation {
  readonly node: RosterNode;
  /** Undefined if the node did not answer. */
  readonly facts?: NodeFacts;
  /** Why it did not. */
  readonly failure?: string;
}

export interface VerifyFacts {
  /** Whom this host asked, and by which addresses. */
  readonly roster: Roster;
  /** The newest record that could be read, and the digest of the roster that follows from it. */
  readonly record?: ClusterRecord | undefined;
  readonly recordRosterDigest?: string | undefined;
  readonly ballots: readonly Ballot[];
  /** One for each node that is not marked offline. */
  readonly nodes: readonly NodeObservation[];
  readonly nowSeconds: number;
  readonly softwareVersion: string;
  readonly protocolVersion: number;
  /** Only the nodes of this group were looked at. */
  readonly onlyGroup?: { readonly name: string; readonly nodes: readonly NodeUuid[] } | undefined;
  /** Whether to look for lines that earlier keys of nodes left with root. */
  readonly sshClutter?: boolean;
}

export type Answered = NodeObservation & { readonly facts: NodeFacts };

/** The nodes that could be looked at. */
export const answered = ({ nodes }: VerifyFacts): readonly Answered[] =>
  nodes.filter((n): n is Answered => n.facts !== undefined);
