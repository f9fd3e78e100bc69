/**
 * How a node comes into office: becomes master (candidate.ts), sees the old office ended, has the address raised, and
 * confirms what it reports. Mirrors the end of bootstrap/failover.ts.
 */
import type { ClusterRecord } from '@quorate/domain/configuration';
import { electorateOf } from '@quorate/domain/electorate';
import { tally } from '@quorate/domain/votes';
import { ascend, askWithin, type Ascent, type Attempt } from './candidate.ts';
import type { Mastership, Office } from './mastership.ts';
import type { ObservedOffice, Reply } from './node-daemon.ts';
import { gatherVotes, limits, type Caller } from './rounds.ts';
import { rosterIn } from './small-cluster.ts';

/** Nobody ordered it. */
export const byItself: Attempt = { manner: 'automatic-failover' };

/** From the first question to what is reported: `success`, or why not. */
export function failover(
  caller: Caller,
  mastership: Mastership,
  attempt: Attempt,
  reply: Reply<string>,
  end: () => void,
): void {
  const { cluster, own } = caller;
  const { world } = cluster;
  const answer = (said: string): void => {
    world.say?.(`${own.name} reports: ${said}`);
    mastership.endFailover();
    reply(said);
    end();
  };
  mastership.beginFailover();
  world.say?.(`${own.name} begins: ${attempt.manner}`);
  ascend(caller, attempt, mastership.rule, (ascent) => {
    if (ascent.kind === 'refused') return answer(ascent.reason);
    endOldOffice(caller, ascent, () => takeOffice(caller, mastership, ascent.record, answer));
  });
}

/** The address of the old master: seen to be down there, or its lease waited out. */
function endOldOffice(
  caller: Caller,
  { record, plan, nominated, leaseMs }: Extract<Ascent, { kind: 'recorded' }>,
  done: () => void,
): void {
  const { cluster, process, own } = caller;
  const { oldMaster } = plan;
  if (!oldMaster || (plan.oldLeaseMayLive && own.addressUntil > cluster.world.now())) return done();
  const mayHold = nominated || plan.oldLeaseMayLive;
  const wait = (): void => (mayHold ? cluster.world.after(process, leaseMs, done) : done());
  if (!plan.oldMasterAnswers) return wait();
  askWithin<ObservedOffice>(
    caller,
    cluster.hostOf(oldMaster.uuid),
    limits.officeMs,
    (daemon, reply) => daemon.leaveOffice(record.version.epoch, own.uuid, reply),
    (seen) => (seen && !seen.addressHere && !seen.inOffice ? done() : wait()),
  );
}

function takeOffice(
  caller: Caller,
  mastership: Mastership,
  record: ClusterRecord,
  answer: (said: string) => void,
): void {
  const { world } = caller.cluster;
  const begin = (): void => {
    if (mastership.leaseLeft() <= 0) return answer('LEASE_LOST');
    confirm(
      caller,
      mastership,
      mastership.become(record, null, true),
      world.clockMs(caller.own) + limits.officeMs,
      answer,
    );
  };
  const { elected } = mastership;
  if (mastership.leaseLeft() <= 0 && elected) mastership.renew(elected, begin);
  else begin();
}

/** Success is what was seen: address, votes, and at last the lease that still lives. */
function confirm(
  caller: Caller,
  mastership: Mastership,
  next: Office,
  untilMs: number,
  answer: (said: string) => void,
): void {
  const { cluster, process, own } = caller;
  const { world, observer } = cluster;
  if (mastership.office !== next) return answer('EPOCH_TOO_OLD: somebody else became master meanwhile');
  if (world.clockMs(own) > untilMs) return answer('POST_CONDITION_FAILED');
  const again = (): void =>
    world.after(process, 60, () => confirm(caller, mastership, next, untilMs, answer));
  mastership.holdOffice(next, (seen) => {
    if (!seen?.addressHere) return again();
    const roster = rosterIn(next.record);
    gatherVotes(caller, roster, (ballots) => {
      const verdict = tally(ballots, electorateOf(roster));
      const follow =
        verdict.kind === 'agreed' && verdict.master.node === own.uuid && verdict.master.epoch === next.epoch;
      if (!follow || !mastership.serves() || mastership.office !== next || own.addressUntil <= world.now())
        return again();
      observer.toldMaster(own, next.record);
      answer('success');
    });
  });
}
