/**
 * Keeps the lease while this node rules: renews it every sixth of its duration and knows how long it lasts.
 *
 *   counted from before a round was sent, less the margin for clocks that run apart; a round that a majority
 *   did not acknowledge adds nothing; one that failed because of a higher epoch is told of
 *
 * Each confirmed round is passed on to this host's node daemon, which gives up the address by itself when none
 * comes, and to the kernel through it. Who was frozen finds its lease over before it does anything else.
 */
import type { ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { renewLease } from '@quorate/bootstrap/lease-round';
import type { ClusterError } from '@quorate/domain/errors';
import { renewalIntervalMs, safeLeaseMs } from '@quorate/domain/lease';
import type { Roster } from '@quorate/domain/roster';

/** What the keeper is told about the office; asked anew for every round. */
export interface Reign {
  readonly epoch: number;
  readonly roster: Roster;
  readonly durationMs: number;
}

export interface LeaseKeeper {
  /** End of the lease on the host's monotonic clock; not after now if there is none. */
  untilMs(): number;
  leftMs(): number;
  /** One round now; whether a majority acknowledged it. */
  renew(reign: Reign): Promise<boolean>;
  /** Counts a lease that was promised otherwise: by grants that were asked for at `sentMs`. */
  count(sentMs: number, durationMs: number): void;
  /** The lease is no longer ours, whatever time is left. */
  drop(): void;
}

interface KeeperParts {
  readonly access: ClusterAccess;
  /** A round of `epoch` failed, and a voter told of a later one. */
  readonly onDeposed: (epoch: number, refusal: ClusterError) => void;
  /** A majority acknowledged a round: the lease lasts until then. */
  readonly onRenewed: (epoch: number, untilMs: number) => void;
}

export function createLeaseKeeper({ access, onDeposed, onRenewed }: KeeperParts): LeaseKeeper {
  const { clock } = access;
  let untilMs = 0;
  /** A round of an epoch that is over, or begun before the lease was dropped, says nothing about this one. */
  let latestEpoch = 0;
  let drops = 0;

  function count(sentMs: number, durationMs: number): void {
    untilMs = Math.max(untilMs, sentMs + safeLeaseMs(durationMs));
  }

  async function renew({ epoch, roster, durationMs }: Reign): Promise<boolean> {
    const sentMs = clock.monotonicMs();
    const dropsBefore = drops;
    latestEpoch = Math.max(latestEpoch, epoch);
    const deadlineMs = Math.max(100, Math.floor(durationMs / 2));
    const { agreed, refusals } = await renewLease(access, roster, { epoch, durationMs, deadlineMs });
    if (drops > dropsBefore || epoch < latestEpoch) return false;
    if (agreed) {
      count(sentMs, durationMs);
      onRenewed(epoch, untilMs);
      return true;
    }
    // One voter alone may have promised a candidate that went no further; a majority against us has not.
    const deposed = refusals.find(endsReign);
    if (deposed) onDeposed(epoch, deposed);
    return false;
  }

  return {
    untilMs: () => untilMs,
    leftMs: () => Math.max(0, untilMs - clock.monotonicMs()),
    renew,
    count,
    drop() {
      drops += 1;
      untilMs = 0;
    },
  };
}

/** Says whose epoch it is; one that only came out of order says nothing of that. */
const endsReign = ({ reason, facts }: ClusterError): boolean =>
  reason === 'EPOCH_TOO_OLD' || (reason === 'NOT_ALLOWED' && facts['epoch'] !== undefined);

export const untilNextRenewalMs = (durationMs: number, tookMs: number): number =>
  Math.max(1, renewalIntervalMs(durationMs) - tookMs);
