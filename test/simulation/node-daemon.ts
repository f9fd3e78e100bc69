/**
 * The node daemon of one host: its vote, its promises, and the master's office as the host sees it.
 *
 * The rules are the product's; here is only what node-daemon/voter.ts and office.ts do around them: one request at
 * a time, text before acknowledgement, disk before answer, and the address taken down when the lease is over.
 */
import type { ClusterRecord } from '@quorate/domain/configuration';
import {
  addressLifeSeconds,
  decideNominate,
  decideRenew,
  decideResign,
  leaseLeftMs,
  leaseMemoryAtStart,
  type LeaseDecision,
  type HolderWord,
  type LeaseMemory,
  type NominateRequest,
  type RenewRequest,
} from '@quorate/domain/lease';
import { isCandidate, nodeByUuid, type NodeUuid, type Roster } from '@quorate/domain/roster';
import { compareVersions, sameVersion } from '@quorate/domain/version';
import type { Vote } from '@quorate/domain/vote';
import { decideGrant, decidePut, type GrantRequest } from '@quorate/domain/voter';
import type { VoterRecord } from '@quorate/domain/voter-record';
import type { Files } from './disk.ts';
import type { MasterDaemon } from './master-daemon.ts';
import type { Observer } from './observer.ts';
import type { Host, World } from './world.ts';

/** Yes, or the domain's refusal. */
export type Said =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly reason: string;
      readonly message: string;
      readonly epoch: number;
      readonly leftMs: number;
    };
export type Reply<A> = (answer: A) => void;

export interface Delivery {
  readonly sender: NodeUuid;
  readonly roster: Roster;
  /** The full text, for candidates. */
  readonly record: ClusterRecord | null;
}

export interface PutAnswer {
  readonly said: Said;
  readonly holdsRecord: boolean;
}

export interface ObservedOffice {
  readonly addressHere: boolean;
  readonly inOffice: boolean;
}

export interface NodeDaemon {
  vote(): Vote;
  configuration(): ClusterRecord | null;
  grant(request: GrantRequest, reply: Reply<Said>): void;
  renew(request: RenewRequest, reply: Reply<Said>): void;
  nominate(request: NominateRequest, reply: Reply<Said>): void;
  resign(request: HolderWord, reply: Reply<Said>): void;
  put(delivery: Delivery, reply: Reply<PutAnswer>): void;
  /** `untilMs` on this host's monotonic clock. */
  holdOffice(epoch: number, untilMs: number, reply: Reply<ObservedOffice>): void;
  leaveOffice(epoch: number, asker: NodeUuid, reply: Reply<ObservedOffice>): void;
  observe(reply: Reply<ObservedOffice>): void;
}

export interface NodeDaemonParts {
  readonly world: World;
  readonly host: Host;
  readonly observer: Observer;
  readonly masterDaemon: () => MasterDaemon;
}

const yes: Said = { ok: true };

export function createNodeDaemon({ world, host, observer, masterDaemon }: NodeDaemonParts): NodeDaemon {
  const { disk, noded, masterd, uuid, name } = host;
  const clock = (): number => world.clockMs(host);
  // What a predecessor left unsynced counts as soon as it is read; so it is synced before anything is said.
  disk.settleAll();
  let memory: LeaseMemory = memoryAtStart();
  let waiting: ((end: () => void) => void)[] = [];
  let busy = false;
  let officeUntilMs = 0;

  function memoryAtStart(): LeaseMemory {
    const { voter } = disk.read();
    return world.fault === 'no-wait-after-restart'
      ? { lease: null, silentUntilMs: clock() }
      : leaseMemoryAtStart(voter, clock());
  }

  /** One at a time; the next begins when `end` is called. */
  function inTurn(job: (end: () => void) => void): void {
    waiting.push(job);
    if (!busy) next();
  }

  function next(): void {
    const job = waiting.shift();
    busy = job !== undefined;
    job?.(next);
  }

  function write<K extends keyof Files>(file: K, text: Files[K], written: () => void): void {
    disk.write(file, text);
    const slow = world.random.chance(Math.max(0.02, world.noise.slowDisk));
    world.after(noded, slow ? world.random.between(20, 800) : world.random.between(0.3, 6), () => {
      disk.settle(file, text);
      written();
    });
  }

  function writeVoter(record: VoterRecord, written: () => void): void {
    if (sameRecord(record, disk.read().voter)) written();
    else write('voter', record, written);
  }

  function refused(
    what: string,
    refusal: { reason: string; message: string; facts: Readonly<Record<string, string>> },
  ): Said {
    world.say?.(`${name} refuses ${what}: ${refusal.reason}, ${refusal.message}`);
    const { reason, message, facts } = refusal;
    return {
      ok: false,
      reason,
      message,
      epoch: Number(facts['epoch'] ?? 0),
      leftMs: Number(facts['leftMs'] ?? 0),
    };
  }

  function grant(request: GrantRequest, reply: Reply<Said>, end: () => void): void {
    const { voter } = disk.read();
    const asked = world.fault === 'no-version-check' ? { ...request, version: voter.version } : request;
    const decision = decideGrant(voter, memory, asked, clock());
    const what = `epoch ${request.epoch} to ${observer.nameOf(request.candidate)}`;
    if (!decision.granted) {
      reply(refused(what, decision));
      return end();
    }
    const sayYes = (): void => {
      world.say?.(`${name} grants ${what}`);
      memory = decision.memory;
      observer.granted(host, request.epoch, request.candidate);
      reply(yes);
    };
    if (world.fault === 'grant-not-persisted') {
      disk.write('voter', decision.record);
      sayYes();
      world.after(noded, world.random.between(0, 5_000), () => disk.settle('voter', decision.record));
      return end();
    }
    writeVoter(decision.record, () => {
      sayYes();
      end();
    });
  }

  function settleLease(what: string, decision: LeaseDecision, reply: Reply<Said>, end: () => void): void {
    if (decision.kind === 'refuse') {
      reply(refused(what, decision));
      return end();
    }
    writeVoter(decision.record, () => {
      ({ memory } = decision);
      reply(yes);
      end();
    });
  }

  function put({ sender, roster, record }: Delivery, reply: Reply<PutAnswer>, end: () => void): void {
    const { version, master } = roster;
    const decision = decidePut(disk.read().voter, { version, master, sender });
    const answer = (said: Said): void => {
      const held = disk.read().record;
      reply({ said, holdsRecord: held !== null && sameVersion(held.version, version) });
      end();
    };
    if (decision.kind === 'refuse') {
      return answer(
        refused(`version ${version.epoch}:${version.serial} of ${observer.nameOf(sender)}`, decision),
      );
    }
    const wasMaster = disk.read().voter.master?.node === uuid;
    const acknowledge = (): void =>
      write('voter', decision.record, () => {
        world.say?.(
          `${name} knows version ${version.epoch}:${version.serial}${record ? ' and holds it' : ''}`,
        );
        followRecord(wasMaster);
        answer(yes);
      });
    const views = (): void => write('roster', roster, acknowledge);
    const held = disk.read().record;
    const lacksText = record !== null && !(held && sameVersion(held.version, version));
    if (lacksText) write('record', record, views);
    else if (decision.kind === 'store') views();
    else acknowledge();
  }

  /** This host's own record names another master: whatever is held here is given up. */
  function followRecord(wasMaster: boolean): void {
    const held = wasMaster || officeUntilMs > 0 || host.addressUntil > world.now();
    if (held && disk.read().voter.master?.node !== uuid) giveUp('its record names another master');
  }

  function giveUp(why: string): void {
    officeUntilMs = 0;
    lowerAddress(why);
    if (masterd.running)
      world.call(
        noded,
        masterd,
        () => masterDaemon().standDown(disk.read().voter.epoch),
        () => undefined,
      );
  }

  function lowerAddress(why: string): void {
    if (host.addressUntil <= world.now()) return;
    world.say?.(`${name} takes the master IP down: ${why}`);
    host.addressUntil = 0;
  }

  function observe(reply: Reply<ObservedOffice>): void {
    const answer = (inOffice: boolean): void =>
      reply({ addressHere: host.addressUntil > world.now(), inOffice });
    let open = true;
    const once = (inOffice: boolean): void => {
      if (!open) return;
      open = false;
      answer(inOffice);
    };
    if (!masterd.running) return once(false);
    world.call<boolean>(
      noded,
      masterd,
      (say) => say(masterDaemon().inOffice()),
      (inOffice) => once(inOffice ?? false),
    );
    // A master daemon that hangs may believe what it likes; its silence is not a no.
    world.after(noded, 1_000, () => once(true));
  }

  function holdOffice(epoch: number, untilMs: number): void {
    const { master, epoch: seen } = disk.read().voter;
    if (epoch < seen || master?.node !== uuid || master.epoch !== epoch) return;
    const seconds = addressLifeSeconds(untilMs - clock());
    if (seconds === 0) return;
    officeUntilMs = untilMs;
    const isNew = host.addressUntil <= world.now();
    host.addressUntil = world.trueTime(host, clock() + seconds * 1000);
    if (isNew) observer.addressRaised(host);
    world.after(noded, untilMs - clock(), () => {
      if (clock() >= officeUntilMs && officeUntilMs > 0) giveUp('the lease is over');
    });
  }

  function mayEnd(epoch: number, asker: NodeUuid): boolean {
    const record = disk.read().voter;
    return asker === uuid || epoch > record.epoch || (epoch === record.epoch && record.grantedTo === asker);
  }

  return {
    vote() {
      const { voter, record, roster } = disk.read();
      const silentMs = memory.silentUntilMs - clock();
      return {
        clusterUuid: roster?.clusterUuid ?? '',
        node: uuid,
        master: voter.master,
        epoch: voter.epoch,
        version: voter.version,
        holds: record?.version ?? null,
        clockMs: 0,
        softwareVersion: '',
        leaseLeftMs: Math.max(leaseLeftMs(memory, clock()), silentMs, 0),
        leaseHolder: leaseLeftMs(memory, clock()) > 0 ? (memory.lease?.holder ?? null) : null,
      };
    },
    configuration: () => disk.read().record,
    grant: (request, reply) => inTurn((end) => grant(request, reply, end)),
    renew: (request, reply) =>
      inTurn((end) =>
        settleLease(
          `to renew epoch ${request.epoch} of ${observer.nameOf(request.master)}`,
          decideRenew(disk.read().voter, memory, request, clock()),
          reply,
          end,
        ),
      ),
    nominate: (request, reply) =>
      inTurn((end) =>
        settleLease(
          `the nomination of ${observer.nameOf(request.candidate)}`,
          decideNominate(disk.read().voter, memory, request, clock()),
          reply,
          end,
        ),
      ),
    resign: (request, reply) =>
      inTurn((end) =>
        settleLease(
          `that ${observer.nameOf(request.master)} resigns epoch ${request.epoch}`,
          decideResign(disk.read().voter, memory, request, clock()),
          reply,
          end,
        ),
      ),
    put: (delivery, reply) => inTurn((end) => put(delivery, reply, end)),
    holdOffice(epoch, untilMs, reply) {
      holdOffice(epoch, untilMs);
      observe(reply);
    },
    leaveOffice(epoch, asker, reply) {
      if (mayEnd(epoch, asker)) giveUp(`${observer.nameOf(asker)} ends its office`);
      observe(reply);
    },
    observe,
  };
}

const sameRecord = (a: VoterRecord, b: VoterRecord): boolean =>
  a.epoch === b.epoch &&
  a.grantedTo === b.grantedTo &&
  a.longestLeaseMs === b.longestLeaseMs &&
  a.master?.node === b.master?.node &&
  a.master?.epoch === b.master?.epoch &&
  sameVersion(a.version, b.version);

/** Invariant I6, of what a power cut left: whatever was acknowledged is there, whole. */
export function diskComplaint({ voter, roster, record }: Files, own: NodeUuid): string | undefined {
  if (voter.version.epoch === 0) return undefined;
  if (!roster || compareVersions(roster.version, voter.version) < 0)
    return 'acknowledged a version without its roster';
  const self = nodeByUuid(roster, own);
  const owesText = sameVersion(roster.version, voter.version) && self !== undefined && isCandidate(self);
  if (owesText && (!record || compareVersions(record.version, voter.version) < 0))
    return 'acknowledged a version without its text';
  return undefined;
}
