/** What a node daemon remembers of mastership, fsynced before it answers anybody (design: the voter record). */
import type { NodeUuid } from './roster.ts';
import { noVersion, type Version } from './version.ts';

/** A mastership this node has heard of: who, in which epoch. */
export interface Mastership {
  readonly node: NodeUuid;
  readonly epoch: number;
}

export interface VoterRecord {
  /** Highest epoch ever seen; nothing older is obeyed. */
  readonly epoch: number;
  /** Whom this node granted `epoch`; null if it has not. At most one per epoch. */
  readonly grantedTo: NodeUuid | null;
  /** The master of the newest configuration this node acknowledged. */
  readonly master: Mastership | null;
  /** Newest configuration this node acknowledged, whether it holds its text or only the ssconf views. */
  readonly version: Version;
  /** Longest lease it ever gave, ms: after a restart it grants nobody for that long. */
  readonly longestLeaseMs: number;
}

export const emptyVoterRecord: VoterRecord = {
  epoch: 0,
  grantedTo: null,
  master: null,
  version: noVersion,
  longestLeaseMs: 0,
};
