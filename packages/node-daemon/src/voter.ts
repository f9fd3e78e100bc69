/**
 * This node's vote: reads it, grants epochs, and stores what a master sends, one request at a time.
 *
 * The rules are in domain/voter.ts; here the record reaches the disk before anybody is answered. A stored
 * configuration is written before the record that acknowledges it, so that a crash in between loses an
 * acknowledgement and never a text that was acknowledged. No vote tells of what can be read and is not yet synced.
 *
 * Counterpart in Ganeti: the RPCs master_node_name, write_ssconf_files and upload_file, which remember nothing.
 */
import { dropCandidateSecrets, installClusterKey } from '@quorate/cluster-state/candidate-secrets';
import { machineLocking, type Locking } from '@quorate/cluster-state/ssconf-lock';
import { publishRecord, publishViews } from '@quorate/cluster-state/views';
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import { readRoster } from '@quorate/cluster-state/roster-store';
import { syncState } from '@quorate/cluster-state/sync-state';
import { ownVoterRecord } from '@quorate/cluster-state/voter-store';
import type { State } from '@quorate/cluster-state/state';
import { clusterUuidOf, type ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError, type Facts, type Reason } from '@quorate/domain/errors';
import { isCandidate, nodeByUuid, type NodeUuid, type Roster } from '@quorate/domain/roster';
import {
  decideNominate,
  decideRenew,
  decideResign,
  leaseLeftMs,
  leaseMemoryAtStart,
  type HolderWord,
  type LeaseDecision,
  type LeaseMemory,
  type NominateRequest,
  type RenewRequest,
} from '@quorate/domain/lease';
import { decideGrant, decidePut, type GrantRequest } from '@quorate/domain/voter';
import type { VoterRecord } from '@quorate/domain/voter-record';
import { sameVersion, type Version } from '@quorate/domain/version';
import type { Vote } from '@quorate/domain/vote';
import type { Clock } from '@quorate/platform/clock';
import { inTurn } from '@quorate/platform/in-turn';

/** A configuration as a master sends it. */
export interface Delivery {
  readonly version: Version;
  readonly sender: NodeUuid;
  readonly roster: Roster;
  readonly ssconf: Readonly<Record<string, string>>;
  /** The full record, for candidates. */
  readonly record: ClusterRecord | undefined;
  /** Compare the disk with it, and write what differs, although it was acknowledged before. */
  readonly rewrite?: boolean;
}

export interface Voter {
  /** Answers also while something is being written: with what was durable before. */
  vote(): Promise<Vote>;
  record(): Promise<VoterRecord>;
  /** The full configuration on this node's disk; undefined if it holds none. */
  configuration(): Promise<ClusterRecord | undefined>;
  grant(request: GrantRequest): Promise<void>;
  /** Promises the master to grant nobody else for a while. */
  renew(request: RenewRequest): Promise<void>;
  nominate(request: NominateRequest): Promise<void>;
  resign(request: HolderWord): Promise<void>;
  /**
   * The cluster key, from whoever is master by this node's own record. Resolves when it is on disk. Fails with
   * EPOCH_TOO_OLD, NOT_ALLOWED, WRONG_INPUT.
   */
  receiveClusterKey(epoch: number, sender: NodeUuid, privateKeyPem: string): Promise<void>;
  /** Resolves when the delivery is on disk; tells what this node has acknowledged then. */
  receive(delivery: Delivery): Promise<{ record: VoterRecord; holds: Version | null }>;
}

interface VoterParts {
  readonly state: State;
  readonly own: NodeUuid;
  readonly clock: Clock;
  readonly softwareVersion: string;
  /** Keeps other programs of this host from publishing at the same time. */
  readonly locking?: Locking;
}

export function createVoter(parts: VoterParts): Voter {
  const { state, own, clock, softwareVersion, locking = machineLocking } = parts;
  const oneAtATime = inTurn();
  const voterRecord = ownVoterRecord(state);

  /** Set while the text on disk is not known to be synced: what was held before it. */
  let heldBefore: { readonly version: Version | null } | undefined;

  /** Version of the text on disk; an unreadable one is as good as none (the node is brought up to date). */
  async function holds(): Promise<Version | null> {
    const found = await readClusterRecord(state).then(
      (record) => record?.version ?? null,
      () => null,
    );
    return heldBefore ? heldBefore.version : found;
  }

  const startedMs = clock.monotonicMs();
  let memory: LeaseMemory | undefined;
  /** What was promised before this start is not known any more; only for how long at most. */
  const memoryOf = (record: VoterRecord): LeaseMemory => (memory ??= leaseMemoryAtStart(record, startedMs));

  async function vote(): Promise<Vote> {
    const [record, roster, held] = await Promise.all([voterRecord.read(), readRoster(state), holds()]);
    const { lease, silentUntilMs } = memoryOf(record);
    const nowMs = clock.monotonicMs();
    const leaseLeft = leaseLeftMs(memoryOf(record), nowMs);
    return {
      leaseLeftMs: Math.max(leaseLeft, silentUntilMs - nowMs, 0),
      leaseHolder: leaseLeft > 0 ? (lease?.holder ?? null) : null,
      clusterUuid: roster.clusterUuid,
      node: own,
      master: record.master,
      epoch: record.epoch,
      version: record.version,
      holds: held,
      clockMs: clock.now().getTime(),
      softwareVersion,
    };
  }

  async function grant(request: GrantRequest): Promise<void> {
    const record = await voterRecord.read();
    const decision = decideGrant(record, memoryOf(record), request, clock.monotonicMs());
    if (!decision.granted) throw refusal(decision);
    await voterRecord.write(decision.record);
    memory = decision.memory;
  }

  type DecideLease = (record: VoterRecord, memory: LeaseMemory, nowMs: number) => LeaseDecision;

  /** Renewals come several times a second: the disk is written only when the record says something new. */
  async function promise(decide: DecideLease): Promise<void> {
    const record = await voterRecord.read();
    const decision = decide(record, memoryOf(record), clock.monotonicMs());
    if (decision.kind === 'refuse') throw refusal(decision);
    if (!sameRecord(record, decision.record)) await voterRecord.write(decision.record);
    memory = decision.memory;
  }

  async function receive(delivery: Delivery): Promise<{ record: VoterRecord; holds: Version | null }> {
    assertOfOnePiece(delivery);
    assertOwnCluster(await readRoster(state), delivery.roster);
    const decision = decidePut(await voterRecord.read(), { ...delivery, master: delivery.roster.master });
    if (decision.kind === 'refuse') throw refusal(decision);
    if (decision.kind === 'store' || delivery.rewrite || (await lacksTextOf(delivery))) await store(delivery);
    if (!delivery.record) await endCandidacy(delivery.roster, decision.kind === 'store');
    await voterRecord.write(decision.record);
    return { record: decision.record, holds: await holds() };
  }

  /**
   * Before it is acknowledged, so that whoever acknowledged that it is no candidate is rid of what only candidates have
   * (BEH-267). A key that came ahead of the change that makes this node a candidate is kept while nothing newer comes; so
   * is that of a host which is not yet a node.
   */
  async function endCandidacy(roster: Roster, isNew: boolean): Promise<void> {
    const self = nodeByUuid(roster, own);
    if (self && isCandidate(self)) return;
    const heldRecord = (await state.files.readText(state.layout.clusterRecord.path)) !== undefined;
    if (heldRecord || (self && isNew)) await dropCandidateSecrets(state);
  }

  async function receiveClusterKey(epoch: number, sender: NodeUuid, privateKeyPem: string): Promise<void> {
    assertMaster(await voterRecord.read(), epoch, sender);
    await installClusterKey(state, privateKeyPem);
  }

  async function lacksTextOf({ record, version }: Delivery): Promise<boolean> {
    const held = await holds();
    return record !== undefined && !(held && sameVersion(held, version));
  }

  /**
   * Synced at the end whatever came of it: a store that fails may leave a text that can be read and is not synced,
   * and the next one does not write what it finds there already.
   */
  async function store(delivery: Delivery): Promise<void> {
    heldBefore ??= { version: await holds() };
    try {
      await publish(delivery);
    } finally {
      await syncState(state);
      heldBefore = undefined;
    }
  }

  const publish = ({ record, roster, ssconf }: Delivery): Promise<unknown> =>
    record ? publishRecord(state, record, locking) : publishViews(state, { roster, ssconf }, locking);

  return {
    vote,
    record: () => voterRecord.read(),
    configuration: () => readClusterRecord(state),
    grant: (request) => oneAtATime(() => grant(request)),
    renew: (request) => oneAtATime(() => promise((r, m, now) => decideRenew(r, m, request, now))),
    nominate: (request) => oneAtATime(() => promise((r, m, now) => decideNominate(r, m, request, now))),
    resign: (request) => oneAtATime(() => promise((r, m, now) => decideResign(r, m, request, now))),
    receiveClusterKey: (...request) => oneAtATime(() => receiveClusterKey(...request)),
    receive: (delivery) => oneAtATime(() => receive(delivery)),
  };
}

/** Who commands this node in an epoch: by its own record, and by nobody's word. */
export function assertMaster({ master, epoch: seen }: VoterRecord, epoch: number, sender: NodeUuid): void {
  if (epoch < seen)
    throw new ClusterError('EPOCH_TOO_OLD', `Epoch ${epoch} is over; the highest known is ${seen}`, {
      facts: { epoch: String(seen) },
    });
  if (master?.node === sender && master.epoch === epoch) return;
  throw new ClusterError('NOT_ALLOWED', `Node ${sender} is not the master of epoch ${epoch} here`);
}

const sameRecord = (a: VoterRecord, b: VoterRecord): boolean =>
  a.epoch === b.epoch && a.grantedTo === b.grantedTo && a.longestLeaseMs === b.longestLeaseMs;

const refusal = (decision: { reason: Reason; message: string; facts: Facts }): ClusterError =>
  new ClusterError(decision.reason, decision.message, { facts: decision.facts });

/** What is acknowledged is the version, so text and views must be of no other. */
function assertOfOnePiece({ version, roster, record }: Delivery): void {
  const sameAsRecord =
    !record || (sameVersion(record.version, version) && clusterUuidOf(record) === roster.clusterUuid);
  if (sameAsRecord && sameVersion(roster.version, version)) return;
  throw new ClusterError(
    'WRONG_INPUT',
    'The version, the roster and the record are not of one configuration',
  );
}

function assertOwnCluster(known: Roster, delivered: Roster): void {
  if (known.clusterUuid === delivered.clusterUuid) return;
  throw new ClusterError('FOREIGN_CLUSTER', `This node belongs to cluster ${known.clusterName}`, {
    facts: { clusterUuid: known.clusterUuid },
  });
}
