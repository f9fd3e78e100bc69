/**
 * The lease: for how long a voter grants nobody else, and for how long a master may act on that.
 *
 *   voter    promised at t1 ─────────── D ───────────▶ may grant another
 *   master   sent at t0 ≤ t1 ─── D less the margin ──▶ out of office
 *
 * The master counts from before it sent the round that a majority acknowledged, on its own monotonic clock, and
 * gives a margin for two clocks that run apart, so it is out of office before any voter of that majority may
 * grant another. A voter keeps leases in memory only; after a restart it stays silent for the longest it ever gave.
 *
 * Counterpart in Ganeti: none (spec V8). The idea is Gray and Cheriton's, "Leases", 1989.
 */
import type { Facts, Reason } from './errors.ts';
import type { NodeUuid } from './roster.ts';
import type { VoterRecord } from './voter-record.ts';

/** Bounds of the cluster parameter, ms. Below, a kernel that counts address lives in whole seconds cannot follow. */
export const leaseBounds = { leastMs: 1_200, usualMs: 3_000, mostMs: 60_000 } as const;

/** No clock is assumed to run faster or slower than true time by more than this. */
export const clockDrift = 0.05;

/** How long a master may act on a lease of `durationMs`, counted on its own clock from before it asked. */
export const safeLeaseMs = (durationMs: number): number =>
  Math.floor((durationMs * (1 - clockDrift)) / (1 + clockDrift));

/** How often a master renews: several rounds may fail before it is out of office. */
export const renewalIntervalMs = (durationMs: number): number => Math.floor(durationMs / 6);

/** Whole seconds of life the kernel may give the master IP; 0: do not touch it, what it has is enough or over. */
export const addressLifeSeconds = (leaseLeftMs: number): number =>
  Math.floor(Math.max(0, leaseLeftMs) / 1000);

export interface VoterLease {
  readonly holder: NodeUuid;
  readonly epoch: number;
  /** On the voter's monotonic clock. */
  readonly untilMs: number;
  /** Whom the holder named as its successor: may be granted although the lease lives. */
  readonly nominee: NodeUuid | null;
  /** Of the holder's last word that was obeyed; 0 for a grant. */
  readonly order: number;
}

/** What a voter knows of leases while it runs; never on disk. */
export interface LeaseMemory {
  readonly lease: VoterLease | null;
  /** Until then it grants nobody: before it restarted it may have promised. */
  readonly silentUntilMs: number;
}

export const leaseMemoryAtStart = (record: VoterRecord, nowMs: number): LeaseMemory => ({
  lease: null,
  silentUntilMs: nowMs + record.longestLeaseMs,
});

/** How long another may not be granted because of this lease; 0 if it may. */
export const leaseLeftMs = ({ lease }: LeaseMemory, nowMs: number): number =>
  lease === null ? 0 : Math.max(0, lease.untilMs - nowMs);

export interface LeaseRefusal {
  readonly reason: Reason;
  readonly message: string;
  readonly facts: Facts;
}

/** Why a promise keeps this voter from granting `candidate` now; undefined if none does. */
export function boundBy(
  record: VoterRecord,
  memory: LeaseMemory,
  candidate: NodeUuid,
  nowMs: number,
): LeaseRefusal | undefined {
  const { lease, silentUntilMs } = memory;
  if (lease !== null && leaseLeftMs(memory, nowMs) > 0) {
    if (lease.holder === candidate || lease.nominee === candidate) return undefined;
    return bound(`${lease.holder} holds the lease`, leaseLeftMs(memory, nowMs), { holder: lease.holder });
  }
  if (nowMs >= silentUntilMs) return undefined;
  // Whatever it promised, it promised to the one who holds this epoch.
  if (rightfulHolder(record) === candidate || lease?.nominee === candidate) return undefined;
  return bound('This node has restarted and may have promised a lease before', silentUntilMs - nowMs, {});
}

const bound = (why: string, leftMs: number, facts: Facts): LeaseRefusal => ({
  reason: 'LEASE_LIVE',
  message: `${why}, for ${Math.ceil(leftMs)} ms more`,
  facts: { ...facts, leftMs: String(Math.ceil(leftMs)) },
});

/**
 * The memory after a promise of `durationMs` to `holder`. It takes back a nomination made before: a master that
 * renews goes on ruling, and none may be granted beside it. One that hands over therefore does not renew.
 */
export const promised = (
  memory: LeaseMemory,
  holder: NodeUuid,
  epoch: number,
  durationMs: number,
  nowMs: number,
  order = 0,
): LeaseMemory => {
  // A shorter promise does not end a longer one to the same node: its holder may be counting on that.
  const beforeMs = memory.lease?.holder === holder ? memory.lease.untilMs : 0;
  const untilMs = Math.max(beforeMs, nowMs + durationMs);
  return { ...memory, lease: { holder, epoch, untilMs, nominee: null, order } };
};

/** A word of the holder to a voter. */
export interface HolderWord {
  readonly epoch: number;
  readonly master: NodeUuid;
  /**
   * Grows with every word, across restarts of the master daemon: its host's monotonic clock. Words are obeyed in the
   * order of their sending; a nomination that was delayed must not undo a renewal sent after it.
   */
  readonly order: number;
}

export interface RenewRequest extends HolderWord {
  readonly durationMs: number;
}

export interface NominateRequest extends HolderWord {
  readonly candidate: NodeUuid;
}

export type LeaseDecision =
  | { readonly kind: 'done'; readonly record: VoterRecord; readonly memory: LeaseMemory }
  | ({ readonly kind: 'refuse' } & LeaseRefusal);

/**
 * Only the one who was granted, or is acknowledged in, the highest epoch this voter has seen. An epoch first
 * heard of here was granted by a majority without this voter.
 */
export function decideRenew(
  record: VoterRecord,
  memory: LeaseMemory,
  { epoch, master, durationMs, order }: RenewRequest,
  nowMs: number,
): LeaseDecision {
  const refusal = notTheHolder(record, epoch, master) ?? overtaken(memory, { epoch, master, order }, nowMs);
  if (refusal) return { kind: 'refuse', ...refusal };
  const grantedTo = epoch > record.epoch ? master : (record.grantedTo ?? master);
  const longestLeaseMs = Math.max(record.longestLeaseMs, durationMs);
  return {
    kind: 'done',
    record: { ...record, epoch, grantedTo, longestLeaseMs },
    memory: promised(memory, master, epoch, durationMs, nowMs, order),
  };
}

/** The holder names its successor: this voter may grant that node although the lease lives. */
export function decideNominate(
  record: VoterRecord,
  memory: LeaseMemory,
  { epoch, master, candidate, order }: NominateRequest,
  nowMs: number,
): LeaseDecision {
  const refusal =
    notTheHolder(record, epoch, master) ??
    notCurrent(record, epoch) ??
    outOfMemory(memory, nowMs) ??
    overtaken(memory, { epoch, master, order }, nowMs);
  if (refusal) return { kind: 'refuse', ...refusal };
  const untilMs = memory.lease?.untilMs ?? nowMs;
  return {
    kind: 'done',
    record,
    memory: { ...memory, lease: { holder: master, epoch, untilMs, nominee: candidate, order } },
  };
}

/** The holder gives the lease back: this voter is free at once. */
export function decideResign(
  record: VoterRecord,
  memory: LeaseMemory,
  { epoch, master, order }: HolderWord,
  nowMs: number,
): LeaseDecision {
  const refusal =
    notTheHolder(record, epoch, master) ??
    notCurrent(record, epoch) ??
    outOfMemory(memory, nowMs) ??
    overtaken(memory, { epoch, master, order }, nowMs);
  if (refusal) return { kind: 'refuse', ...refusal };
  return {
    kind: 'done',
    record,
    memory: { lease: null, silentUntilMs: Math.min(memory.silentUntilMs, nowMs) },
  };
}

function notTheHolder(record: VoterRecord, epoch: number, master: NodeUuid): LeaseRefusal | undefined {
  if (epoch < record.epoch) {
    return {
      reason: 'EPOCH_TOO_OLD',
      message: `Epoch ${epoch} is over; the highest known is ${record.epoch}`,
      facts: { epoch: String(record.epoch) },
    };
  }
  if (epoch > record.epoch) return undefined;
  const rightful = rightfulHolder(record) ?? master;
  if (rightful === master) return undefined;
  return {
    reason: 'NOT_ALLOWED',
    message: `Epoch ${epoch} belongs to ${rightful}`,
    facts: { epoch: String(record.epoch), master: rightful },
  };
}

/** Only while the lease lives: when it is over, nothing that this word could free is bound any more. */
function overtaken(memory: LeaseMemory, word: HolderWord, nowMs: number): LeaseRefusal | undefined {
  const { lease } = memory;
  const isSame = lease?.holder === word.master && lease.epoch === word.epoch;
  if (!isSame || leaseLeftMs(memory, nowMs) === 0 || word.order >= lease.order) return undefined;
  return { reason: 'NOT_ALLOWED', message: 'A later word of the holder is known', facts: {} };
}

/** Whoever this voter acknowledged in its epoch is the master of it, even if it had granted somebody else. */
const rightfulHolder = ({ epoch, master, grantedTo }: VoterRecord): NodeUuid | null =>
  master?.epoch === epoch ? master.node : grantedTo;

/**
 * A restarted voter does not know what the holder said last: this word may be older than a renewal it has forgotten.
 * It obeys none that frees it until the holder has renewed here once more.
 */
const outOfMemory = ({ lease, silentUntilMs }: LeaseMemory, nowMs: number): LeaseRefusal | undefined =>
  lease === null && nowMs < silentUntilMs
    ? bound('This node has restarted and waits to be renewed by the master', silentUntilMs - nowMs, {})
    : undefined;

const notCurrent = (record: VoterRecord, epoch: number): LeaseRefusal | undefined =>
  epoch === record.epoch
    ? undefined
    : {
        reason: 'NOT_ALLOWED',
        message: `This node has not heard of epoch ${epoch}`,
        facts: { epoch: String(record.epoch) },
      };
