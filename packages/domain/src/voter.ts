/**
 * What a node answers when asked for its grant or handed a configuration, as values: the record it had and the
 * request go in, the record to put on disk before answering, or the refusal, comes out.
 *
 * Everything rests on two promises. An epoch is granted to one node at most, and any two majorities share a
 * node, so an epoch has one master. And nothing here goes down, neither epoch nor version, so whoever wins a
 * majority knows all that a majority was ever told (invariants I1, I2, I4).
 *
 * Ganeti has no counterpart: its nodes take what they are sent (spec V5 to V7).
 */
import type { Facts, Reason } from './errors.ts';
import { boundBy, promised, type LeaseMemory } from './lease.ts';
import type { NodeUuid } from './roster.ts';
import { compareVersions, describeVersion, sameVersion, type Version } from './version.ts';
import type { VoterRecord } from './voter-record.ts';

export interface GrantRequest {
  readonly epoch: number;
  readonly candidate: NodeUuid;
  /** Of the full configuration the candidate holds. */
  readonly version: Version;
  /** The grant is a lease of so long: time to take office. */
  readonly leaseMs: number;
}

export interface Put {
  readonly version: Version;
  /** Master in `version.epoch`; null while the cluster is being destroyed. */
  readonly master: NodeUuid | null;
  readonly sender: NodeUuid;
}

export interface Refusal {
  readonly reason: Reason;
  readonly message: string;
  readonly facts: Facts;
}

export type GrantDecision =
  | { readonly granted: true; readonly record: VoterRecord; readonly memory: LeaseMemory }
  | ({ readonly granted: false } & Refusal);

export type PutDecision =
  | { readonly kind: 'store'; readonly record: VoterRecord }
  | { readonly kind: 'already-stored'; readonly record: VoterRecord }
  | ({ readonly kind: 'refuse' } & Refusal);

/**
 * Once per epoch, only upward, only to a configuration at least as new as this node's, and not while a promise
 * to another lives. Repeatable. `nowMs` is on this voter's monotonic clock.
 */
export function decideGrant(
  record: VoterRecord,
  memory: LeaseMemory,
  request: GrantRequest,
  nowMs: number,
): GrantDecision {
  const { epoch, candidate, version, leaseMs } = request;
  const refusal =
    epochNotFree(record, request) ?? outdated(record, version) ?? boundBy(record, memory, candidate, nowMs);
  if (refusal) return { granted: false, ...refusal };
  const longestLeaseMs = Math.max(record.longestLeaseMs, leaseMs);
  return {
    granted: true,
    record: { ...record, epoch, grantedTo: candidate, longestLeaseMs },
    memory: promised(memory, candidate, epoch, leaseMs, nowMs),
  };
}

/** Only from the master of a current epoch, and only what is newer. Repeatable. */
export function decidePut(record: VoterRecord, put: Put): PutDecision {
  const refusal = notTheMaster(record, put) ?? outdated(record, put.version);
  if (refusal) return { kind: 'refuse', ...refusal };
  if (sameVersion(put.version, record.version)) return { kind: 'already-stored', record };
  return { kind: 'store', record: recordAfter(record, put) };
}

function recordAfter(record: VoterRecord, { version, master, sender }: Put): VoterRecord {
  const { epoch } = version;
  // What was granted stays granted, even to the loser of this epoch; an epoch first heard of here is the sender's.
  const grantedTo = (epoch === record.epoch ? record.grantedTo : null) ?? sender;
  return { ...record, epoch, grantedTo, master: master === null ? null : { node: master, epoch }, version };
}

function epochNotFree(record: VoterRecord, { epoch, candidate, version }: GrantRequest): Refusal | undefined {
  // Epoch 0 is nobody's, and a candidate whose configuration is of a later epoch has not looked at it.
  const seen = Math.max(record.epoch, version.epoch);
  if (epoch < Math.max(1, seen)) return epochTooOld(epoch, seen);
  if (epoch > record.epoch || record.grantedTo === null || record.grantedTo === candidate) return undefined;
  return refuse('GRANT_REFUSED', `Epoch ${epoch} is granted to another node, ${record.grantedTo}`, {
    epoch: String(record.epoch),
    grantedTo: record.grantedTo,
  });
}

/**
 * Before this node has acknowledged the master of an epoch, whoever sends in it may be: a majority can have
 * granted it without this node, or against it. Afterwards there is no other (I1).
 */
function notTheMaster(record: VoterRecord, { version, master, sender }: Put): Refusal | undefined {
  if (version.epoch < record.epoch) return epochTooOld(version.epoch, record.epoch);
  const rightful = record.master?.epoch === version.epoch ? record.master.node : (master ?? sender);
  if (rightful === sender) return undefined;
  return refuse('NOT_ALLOWED', `Epoch ${version.epoch} belongs to ${rightful}, not to ${sender}`, {
    epoch: String(record.epoch),
    master: rightful,
  });
}

/** A version must not be older than the one acknowledged here, nor another text in the same place. */
function outdated(record: VoterRecord, version: Version): Refusal | undefined {
  const order = compareVersions(version, record.version);
  if (order > 0 || sameVersion(version, record.version)) return undefined;
  const known = { epoch: String(record.version.epoch), serial: String(record.version.serial) };
  const [offered, here] = [describeVersion(version), describeVersion(record.version)];
  return order < 0
    ? refuse(
        'NEWER_CONFIGURATION_ELSEWHERE',
        `This node knows of a newer configuration: ${here}, not ${offered}`,
        known,
      )
    : refuse('CONFIGURATION_CHANGED', `This node knows another configuration as ${here}`, known);
}

/** The asker is told the epoch it has to go above (BEH-056, BEH-294). */
const epochTooOld = (asked: number, seen: number): Refusal =>
  refuse('EPOCH_TOO_OLD', `Epoch ${asked} is over; the highest known is ${seen}`, { epoch: String(seen) });

const refuse = (reason: Reason, message: string, facts: Facts): Refusal => ({ reason, message, facts });
