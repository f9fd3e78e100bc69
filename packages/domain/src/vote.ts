/** What one node says when asked who is master, and what became of asking it. */
import type { Reason } from './errors.ts';
import type { ClusterUuid, NodeUuid, RosterNode } from './roster.ts';
import type { Version } from './version.ts';
import type { Mastership } from './voter-record.ts';

export interface Vote {
  readonly clusterUuid: ClusterUuid;
  /** The node that answered, as its certificate says. */
  readonly node: NodeUuid;
  /** Who is master, in its opinion; null if it has none (BEH-017). */
  readonly master: Mastership | null;
  /** Highest epoch it has seen; a candidate must go above it. */
  readonly epoch: number;
  /** Newest configuration it acknowledged. */
  readonly version: Version;
  /** Version of the full text on its disk; null if it holds none or an unreadable one. */
  readonly holds: Version | null;
  /** Its wall clock when it answered, ms since 1970. */
  readonly clockMs: number;
  readonly softwareVersion: string;
  /** For how long it grants nobody but `leaseHolder`, ms; 0 if it is free. */
  readonly leaseLeftMs: number;
  readonly leaseHolder: NodeUuid | null;
}

/** The fate of one question in a round of votes. Exactly one per asked node. */
export type Ballot =
  | {
      readonly kind: 'valid';
      readonly node: RosterNode;
      readonly vote: Vote & { readonly master: Mastership };
    }
  | { readonly kind: 'invalid'; readonly node: RosterNode; readonly vote: Vote; readonly why: string }
  | {
      readonly kind: 'unreachable';
      readonly node: RosterNode;
      readonly reason: Reason;
      readonly why: string;
    };
