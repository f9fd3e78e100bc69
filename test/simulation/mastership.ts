/**
 * The mastership of one host as its master daemon knows it: the office, the lease, what a majority granted. Renews the
 * lease, and leaves the office when it is over. Mirrors master-daemon/src (mastership, lease-keeper).
 *
 *              majority names me, or elected          lease over, a later mastership, told to
 *   standby ───────────────────────────▶ in office ───────────────────────────────────────▶ standby
 */
import type { CommitPlan } from '@quorate/domain/commit';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { electorateOf } from '@quorate/domain/electorate';
import { renewalIntervalMs, safeLeaseMs } from '@quorate/domain/lease';
import { askWithin, type Reign } from './candidate.ts';
import type { ObservedOffice, Said } from './node-daemon.ts';
import { askToAgree, askNode, countingRoster, limits, type Caller } from './rounds.ts';

export interface Pending {
  readonly record: ClusterRecord;
  readonly plan: CommitPlan;
}

export interface Office {
  readonly epoch: number;
  /** Newest committed. */
  record: ClusterRecord;
  pending: Pending | null;
  handingOver: boolean;
  /** At the last look a voter had seen a later epoch. */
  overtaken: boolean;
  /** The address is raised once by whoever takes the office, and again by a look at the office. */
  addressDue: boolean;
}

export interface Mastership {
  readonly office: Office | null;
  /** Granted by a majority and not yet in office. */
  readonly elected: Reign | null;
  readonly failingOver: boolean;
  leaseLeft(): number;
  /** By its own reckoning; a master that hands over holds the office still, but takes no change. */
  inOffice(): boolean;
  /** In office and taking changes. */
  serves(): boolean;
  beginFailover(): void;
  /** With the grants, whose lease is counted from `sentMs` on, if they were asked for. */
  rule(granted: Reign, sentMs: number | null): void;
  endFailover(): void;
  become(record: ClusterRecord, pending: Pending | null, addressDue: boolean): Office;
  /** The node daemon of this host is told, so that the address goes down at once. */
  stepDown(why: string): void;
  /** Told so by the node daemon of this host, which knows already. */
  standDown(epoch: number): void;
  /** One round of renewals, counted from before it was sent. */
  renew(reign: Reign, ended: (agreed: boolean) => void): void;
  /** Has the address raised, if it is due. */
  holdOffice(present: Office, held: (seen: ObservedOffice | undefined) => void): void;
}

export function createMastership(caller: Caller): Mastership {
  const { cluster, process, own } = caller;
  const { world, observer } = cluster;
  const clock = (): number => world.clockMs(own);
  let office: Office | null = null;
  let elected: Reign | null = null;
  /** End of the lease on this host's monotonic clock. */
  let leaseUntilMs = 0;
  let failingOver = false;
  let keeping = false;

  const leaseLeft = (): number => Math.max(0, leaseUntilMs - clock());
  const inOffice = (): boolean => office !== null && leaseLeft() > 0;
  const serves = (): boolean => inOffice() && office?.handingOver === false;

  function become(record: ClusterRecord, pending: Pending | null, addressDue: boolean): Office {
    world.say?.(`${own.name} is in office, epoch ${record.version.epoch}`);
    office = {
      epoch: record.version.epoch,
      record,
      pending,
      handingOver: false,
      overtaken: false,
      addressDue,
    };
    startKeeping();
    observer.serves(own);
    return office;
  }

  function stepDown(why: string): void {
    leaseUntilMs = 0;
    if (!office) return;
    world.say?.(`${own.name} leaves the office of epoch ${office.epoch}: ${why}`);
    const { epoch } = office;
    office = null;
    askNode<ObservedOffice>(
      caller,
      own,
      (daemon, reply) => daemon.leaveOffice(epoch, own.uuid, reply),
      () => undefined,
    );
  }

  function standDown(epoch: number): void {
    if (!office || epoch < office.epoch) return;
    world.say?.(`${own.name} leaves the office of epoch ${office.epoch}: told that epoch ${epoch} ends it`);
    office = null;
    leaseUntilMs = 0;
  }

  // --- the lease

  const count = (sentMs: number, durationMs: number): void => {
    leaseUntilMs = Math.max(leaseUntilMs, sentMs + safeLeaseMs(durationMs));
  };

  function renew({ epoch, record }: Reign, ended: (agreed: boolean) => void): void {
    const sentMs = clock();
    const durationMs = record.ours.parameters.leaseMs;
    const voters = electorateOf(countingRoster(caller, record));
    const request = { epoch, master: own.uuid, durationMs, order: sentMs };
    askToAgree(
      caller,
      voters,
      (daemon, reply) => daemon.renew(request, reply),
      ({ isMajority, refusals }) => {
        if (isMajority) {
          count(world.fault === 'lease-from-answer' ? clock() : sentMs, durationMs);
          observer.serves(own);
          if (office) holdOffice(office, () => undefined);
          return ended(true);
        }
        const isDeposed = refusals.some(isDeposing);
        if (isDeposed && (reign()?.epoch ?? 0) <= epoch && !(failingOver && office)) {
          elected = null;
          stepDown('a majority did not renew, and a voter knows of a later epoch');
        }
        ended(false);
      },
      { roundMs: durationMs / 2, waitsForAll: world.fault === 'plurality' },
    );
  }

  function holdOffice(present: Office, held: (seen: ObservedOffice | undefined) => void): void {
    if (!present.addressDue || !inOffice()) return held(undefined);
    const { epoch } = present;
    const untilMs = leaseUntilMs;
    askWithin<ObservedOffice>(
      caller,
      own,
      limits.officeMs,
      (daemon, reply) => daemon.holdOffice(epoch, untilMs, reply),
      held,
    );
  }

  /** The later of the two: a master elected anew rules on in its old epoch until the new one is recorded. */
  function reign(): Reign | null {
    if (!office || (elected && elected.epoch > office.epoch)) return elected;
    return { epoch: office.epoch, record: office.record };
  }

  /** Begun with the office or the grants. */
  function startKeeping(): void {
    if (keeping) return;
    keeping = true;
    world.after(process, 1, keepLease);
  }

  function keepLease(): void {
    const present = reign();
    const again = (ms: number): void => world.after(process, ms, keepLease);
    keeping = present !== null;
    if (!present) return;
    // While it asks for grants itself, its old epoch ends under its hands.
    if (failingOver && office && !elected) return again(50);
    const durationMs = present.record.ours.parameters.leaseMs;
    const handing = office?.handingOver ?? false;
    if (!handing || leaseLeft() < durationMs / 3) {
      renew(present, (agreed) => {
        // To renew is to take the nomination back: nobody took the office in time.
        if (agreed && handing && office) {
          office.handingOver = false;
          world.say?.(`${own.name} goes on: nobody took the office over`);
          observer.serves(own);
        }
      });
    }
    if (office && leaseLeft() <= 0) stepDown('a majority did not renew its lease in time');
    again(renewalIntervalMs(durationMs));
  }

  return {
    get office() {
      return office;
    },
    get elected() {
      return elected;
    },
    get failingOver() {
      return failingOver;
    },
    leaseLeft,
    inOffice,
    serves,
    beginFailover() {
      failingOver = true;
    },
    rule(granted, sentMs) {
      elected = granted;
      startKeeping();
      if (sentMs !== null) count(sentMs, granted.record.ours.parameters.leaseMs);
    },
    endFailover() {
      elected = null;
      failingOver = false;
    },
    become,
    stepDown,
    standDown,
    renew,
    holdOffice,
  };
}

/** A voter that merely heard a later word of this master before does not say so with an epoch. */
const isDeposing = (said: Said): boolean =>
  !said.ok && (said.reason === 'EPOCH_TOO_OLD' || (said.reason === 'NOT_ALLOWED' && said.epoch > 0));
