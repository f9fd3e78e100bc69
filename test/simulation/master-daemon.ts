/**
 * The master daemon of one host, joined from its parts: the office and its lease (mastership.ts), what is done in it
 * (in-office.ts) and out of it (standby.ts), and how it is taken (candidate.ts, taking-office.ts).
 */
import type { ClusterRecord } from '@quorate/domain/configuration';
import type { NodeUuid } from '@quorate/domain/roster';
import type { Version } from '@quorate/domain/version';
import type { Attempt } from './candidate.ts';
import { createInOffice, type Change, type ChangeAnswer } from './in-office.ts';
import { createMastership, type Office } from './mastership.ts';
import type { Reply } from './node-daemon.ts';
import { limits, type Caller } from './rounds.ts';
import { createStandby } from './standby.ts';
import { byItself, failover } from './taking-office.ts';
import { createTurns } from './turns.ts';

export interface MasterDaemon {
  /** By its own reckoning; a master that hands over holds the office still, but takes no change. */
  inOffice(): boolean;
  /** In office and taking changes. */
  serves(): boolean;
  record(): ClusterRecord | undefined;
  /** `unblocks`: it marks a dead node offline, so it is made on top of a pending change and decides both. */
  change(change: Change, unblocks: boolean, reply: Reply<ChangeAnswer>): void;
  /** Answers with what the candidate must start from; null if it does not hand over. */
  handOver(candidate: NodeUuid, reply: Reply<Version | null>): void;
  failover(attempt: Attempt, reply: Reply<string>): void;
  standDown(epoch: number): void;
}

export function createMasterDaemon(caller: Caller): MasterDaemon {
  const { cluster, process } = caller;
  const { world } = cluster;
  const mastership = createMastership(caller);
  const { inTurn, isBusy } = createTurns();
  const standby = createStandby(caller, mastership, inTurn);
  const inOffice = createInOffice(caller, mastership, electAnew);

  function electAnew(present: Office): void {
    inTurn((end) => {
      if (mastership.office !== present || mastership.failingOver) return end();
      failover(caller, mastership, byItself, () => undefined, end);
    });
  }

  function look(end: () => void): void {
    const { office } = mastership;
    if (office) inOffice.lookAfter(office, end);
    else standby.reconsider(end);
  }

  function watch(): void {
    if (mastership.office) look(() => undefined);
    else if (!isBusy()) inTurn(look);
    world.after(process, limits.lookMs, watch);
  }

  world.after(process, world.random.between(5, 100), watch);
  world.after(process, world.random.between(5, 100), standby.watchLoss);

  return {
    inOffice: mastership.inOffice,
    serves: mastership.serves,
    record: () => mastership.office?.record,
    change: (make, unblocks, reply) => inTurn((end) => inOffice.change(make, unblocks, reply, end)),
    handOver: (candidate, reply) => inTurn((end) => inOffice.handOver(candidate, reply, end)),
    failover: (attempt, reply) => inTurn((end) => failover(caller, mastership, attempt, reply, end)),
    standDown: mastership.standDown,
  };
}
