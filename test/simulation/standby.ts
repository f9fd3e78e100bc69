/**
 * What a candidate does out of office: finds itself named master after a restart and goes on, watches for the loss of
 * the master and takes over. Mirrors master-daemon/src (standby, loss-watch).
 */
import { decideAutomatic } from '@quorate/domain/automatic-failover';
import { planCommit, withinReach } from '@quorate/domain/commit';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { electorateOf } from '@quorate/domain/electorate';
import { actsOnNothing } from '@quorate/domain/lag-guard';
import { leaseBounds } from '@quorate/domain/lease';
import { leaseInTheWay } from '@quorate/domain/lease-in-the-way';
import { isCandidate, nodeByUuid } from '@quorate/domain/roster';
import { decideStart } from '@quorate/domain/start';
import { compareVersions, sameVersion } from '@quorate/domain/version';
import type { Ballot } from '@quorate/domain/vote';
import { fetchRecord, newestKnown, type Attempt } from './candidate.ts';
import { bringUpToDate } from './committing.ts';
import type { Mastership } from './mastership.ts';
import { answersOf, countingRoster, gatherVotes, limits, type Caller } from './rounds.ts';
import { byItself, failover } from './taking-office.ts';
import type { InTurn } from './turns.ts';

export interface Standby {
  /** Does a majority name this node, and renew its lease? */
  reconsider(end: () => void): void;
  /** Begins to watch for the loss of the master, for as long as the daemon runs. */
  watchLoss(): void;
}

export function createStandby(caller: Caller, mastership: Mastership, inTurn: InTurn): Standby {
  const { cluster, process, own } = caller;
  const { world, observer } = cluster;

  const takeOver = (attempt: Attempt, end: () => void): void =>
    failover(caller, mastership, attempt, () => undefined, end);

  function reconsider(end: () => void): void {
    const { voter, roster, record } = own.disk.read();
    if (!roster || voter.master?.node !== own.uuid) return end();
    const counting = record && world.fault ? countingRoster(caller, record) : roster;
    gatherVotes(caller, counting, (ballots) => {
      const decision = decideStart({ own: own.uuid, ballots, electorate: electorateOf(counting) });
      if (decision.kind !== 'be-elected') return end();
      // An epoch has one tenure: what it had sent before, and forgot, may still be on its way to somebody.
      if (world.fault !== 'epoch-resumed') return takeOver({ ...byItself, anew: true }, end);
      const newest = newestKnown(ballots);
      const stored = own.disk.read().record;
      if (stored && compareVersions(stored.version, newest) >= 0) return resume(stored, ballots, end);
      const holder = answersOf(ballots).find(({ vote }) => vote.holds && sameVersion(vote.holds, newest));
      if (!holder) return end();
      fetchRecord(caller, holder.node, newest, (fetched) =>
        fetched ? resume(fetched, ballots, end) : end(),
      );
    });
  }

  function resume(record: ClusterRecord, ballots: readonly Ballot[], end: () => void): void {
    const { epoch } = record.version;
    mastership.renew({ epoch, record }, (agreed) => {
      if (mastership.office) return end();
      const isOvertaken = answersOf(ballots).some(({ vote }) => vote.epoch > epoch);
      if (!agreed && isOvertaken) return takeOver(byItself, end);
      if (!agreed) return end();
      const silent = ballots.flatMap((ballot) => (ballot.kind === 'unreachable' ? [ballot.node.uuid] : []));
      const plan = withinReach(planCommit(null, record), silent);
      bringUpToDate(caller, record, plan, ballots, (isCommitted) => {
        if (isCommitted) observer.committed(record);
        if (!mastership.office && mastership.leaseLeft() > 0)
          mastership.holdOffice(
            mastership.become(record, isCommitted ? null : { record, plan }, true),
            () => undefined,
          );
        end();
      });
    });
  }

  // --- loss of the master

  /** In standby: is the lease that this host's own voter promised over, and should this candidate take over? */
  function watchLoss(): void {
    const again = (ms: number): void => world.after(process, Math.max(ms, 1), watchLoss);
    if (mastership.office || mastership.failingOver) return again(100);
    lookForLoss((ms, delayMs) => {
      if (delayMs === undefined) return again(ms);
      const expectedMs = world.clockMs(own) + delayMs;
      world.after(process, delayMs, () => {
        if (actsOnNothing(world.clockMs(own) - expectedMs, leaseBounds.leastMs)) return again(100);
        lookForLoss((_ms, stillMs) => {
          if (stillMs === undefined || mastership.failingOver || mastership.office) return again(100);
          // Not again at once: what stood in the way will hardly be gone.
          inTurn((end) => failover(caller, mastership, byItself, () => again(limits.lookMs), end));
        });
      });
    });
  }

  /** `found` gets a pause until the next look, or after which delay to go. */
  function lookForLoss(found: (pauseMs: number, delayMs?: number) => void): void {
    const { roster, record, voter } = own.disk.read();
    const self = roster ? nodeByUuid(roster, own.uuid) : undefined;
    if (!roster || !self || !isCandidate(self) || !record || !voter.master || !own.noded.running)
      return found(limits.lookMs);
    // Over the local socket in the product; here a look next door is enough.
    const { leaseLeftMs } = cluster.nodeDaemon(own).vote();
    if (leaseLeftMs > 0) return found(Math.ceil(leaseLeftMs));
    const counting = world.fault ? countingRoster(caller, record) : roster;
    gatherVotes(
      caller,
      counting,
      (ballots) => {
        const decision = decideAutomatic({
          own: own.uuid,
          roster: counting,
          parameters: record.ours.parameters,
          history: record.ours.history,
          ballots,
          nowSeconds: world.now() / 1e6,
          jitter: world.random.between(0, 0.2),
        });
        if (decision.kind === 'go') found(0, decision.delayMs);
        else found(100);
      },
      (ballots) => !leaseInTheWay(own.uuid, counting, ballots),
    );
  }

  return { reconsider, watchLoss };
}
