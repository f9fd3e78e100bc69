/**
 * The master daemon of a fake node as far as its lease goes: takes it, renews it, hands it over, and is out of
 * office when it is over. Its node daemon, which watches the same lease, then gives the address up.
 *
 * The twin of master-daemon's mastership.ts, which this package must not know. The rounds are the real ones.
 */
import { ClusterError } from '@quorate/domain/errors';
import { renewalIntervalMs, safeLeaseMs } from '@quorate/domain/lease';
import type { NodeUuid } from '@quorate/domain/roster';
import type { ClusterAccess } from '../cluster-access.ts';
import type { Reign } from '../failover.ts';
import { nominate, renewLease } from '../lease-round.ts';
import type { FakeNode } from './fake-node.ts';

export interface FakeMaster {
  /** Elected: a majority promised to requests sent at `sentMs`, null if none did yet. */
  take(reign: Reign, sentMs: number | null): void;
  /** End of the lease, renewed once more if it is over; throws LEASE_LOST. */
  leaseUntilMs(): Promise<number>;
  /** In office: renews until it is out of office. */
  rule(reign: Reign): Promise<void>;
  handOver(candidate: NodeUuid): Promise<object>;
}

export function fakeMaster(access: ClusterAccess, node: FakeNode): FakeMaster {
  const { clock } = access;
  let elected: Reign | undefined;
  let untilMs = 0;
  let handingOverTo: NodeUuid | null = null;
  const leftMs = (): number => untilMs - clock.monotonicMs();

  async function renew({ epoch, roster, durationMs }: Reign): Promise<void> {
    const sentMs = clock.monotonicMs();
    const terms = { epoch, durationMs, deadlineMs: durationMs / 2 };
    const { agreed, refusals } = await renewLease(access, roster, terms);
    if (agreed) untilMs = Math.max(untilMs, sentMs + safeLeaseMs(durationMs));
    if (agreed) handingOverTo = null;
    else if (refusals.some(({ reason }) => reason === 'EPOCH_TOO_OLD' || reason === 'NOT_ALLOWED'))
      untilMs = 0;
  }

  async function rule(reign: Reign): Promise<void> {
    while (node.masterDaemonInOffice) {
      if (handingOverTo === null || leftMs() < reign.durationMs / 3) await renew(reign);
      if (leftMs() <= 0) return lapse();
      await clock.sleep(Math.min(renewalIntervalMs(reign.durationMs), leftMs()));
    }
  }

  function lapse(): void {
    if (!node.clings) Object.assign(node, { masterDaemonInOffice: false, masterIpHere: false });
  }

  return {
    take(reign, sentMs) {
      elected = reign;
      if (sentMs !== null) untilMs = Math.max(untilMs, sentMs + safeLeaseMs(reign.durationMs));
    },
    async leaseUntilMs() {
      if (leftMs() <= 0 && elected) await renew(elected);
      if (leftMs() > 0) return untilMs;
      throw new ClusterError('LEASE_LOST', 'No majority confirms at the moment that this node is master');
    },
    rule,
    async handOver(candidate) {
      const { text, masterDaemonInOffice } = node;
      if (!masterDaemonInOffice || !text) throw new ClusterError('NOT_MASTER', 'This node is not in office');
      handingOverTo = candidate;
      const { leaseMs } = text.ours.parameters;
      const terms = { epoch: text.version.epoch, deadlineMs: leaseMs / 2 };
      const { agreed } = await nominate(access, node.roster, terms, candidate);
      if (!agreed) throw new ClusterError('NO_MAJORITY', 'A majority could not be told of the successor');
      return { epoch: text.version.epoch, version: text.version };
    },
  };
}
