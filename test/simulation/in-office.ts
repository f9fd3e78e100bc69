/**
 * What a master does in office: takes changes, hands over, looks whether anybody else is master and who lags. Mirrors
 * master-daemon/src (authority, in-office).
 */
import { planCommit } from '@quorate/domain/commit';
import type { ClusterRecord, Draft } from '@quorate/domain/configuration';
import { electorateOf } from '@quorate/domain/electorate';
import { ClusterError } from '@quorate/domain/errors';
import type { NodeUuid } from '@quorate/domain/roster';
import type { Version } from '@quorate/domain/version';
import type { Ballot } from '@quorate/domain/vote';
import { bringUpToDate, commit, nodesToTell } from './committing.ts';
import type { Mastership, Office, Pending } from './mastership.ts';
import type { Reply } from './node-daemon.ts';
import { answersOf, askToAgree, countingRoster, gatherVotes, type Caller } from './rounds.ts';
import { sealed } from './small-cluster.ts';

export type Change = (present: ClusterRecord, nowSeconds: number) => Draft;
export type ChangeAnswer =
  | { readonly kind: 'committed'; readonly record: ClusterRecord }
  | { readonly kind: 'undecided' }
  | { readonly kind: 'refused'; readonly why: string };

export interface InOffice {
  /** `unblocks`: it marks a dead node offline, so it is made on top of a pending change and decides both. */
  change(make: Change, unblocks: boolean, reply: Reply<ChangeAnswer>, end: () => void): void;
  /** Answers with what the candidate must start from; null if it does not hand over. */
  handOver(candidate: NodeUuid, reply: Reply<Version | null>, end: () => void): void;
  /** Is anybody else master, who lags? */
  lookAfter(present: Office, end: () => void): void;
}

/** `electAnew` is asked for when a voter has promised a later epoch to somebody who did not come. */
export function createInOffice(
  caller: Caller,
  mastership: Mastership,
  electAnew: (present: Office) => void,
): InOffice {
  const { cluster, own } = caller;
  const { world, observer } = cluster;

  function change(make: Change, unblocks: boolean, reply: Reply<ChangeAnswer>, end: () => void): void {
    const present = mastership.office;
    const answer = (said: ChangeAnswer): void => {
      reply(said);
      end();
    };
    if (!present || !mastership.serves()) return answer({ kind: 'refused', why: 'NOT_MASTER' });
    if (present.pending && !unblocks) return answer({ kind: 'refused', why: 'COMMIT_UNDECIDED' });
    const pending = prepare(present, make);
    if (typeof pending === 'string') return answer({ kind: 'refused', why: pending });
    commit(caller, pending.plan, pending.record, (outcome) => {
      if (outcome === 'committed') {
        observer.committed(pending.record);
        if (mastership.office === present) Object.assign(present, { record: pending.record, pending: null });
        return answer({ kind: 'committed', record: pending.record });
      }
      if (outcome === 'undecided' && mastership.office === present) present.pending = pending;
      if (outcome === 'deposed' && mastership.office === present)
        mastership.stepDown('its change was refused for a later epoch');
      answer({ kind: 'undecided' });
    });
  }

  function prepare(present: Office, make: Change): Pending | string {
    try {
      const record = sealed(make(present.pending?.record ?? present.record, world.now() / 1e6));
      return { record, plan: planCommit(present.record, record) };
    } catch (error) {
      if (error instanceof ClusterError) return error.reason;
      throw error;
    }
  }

  function handOver(candidate: NodeUuid, reply: Reply<Version | null>, end: () => void): void {
    const present = mastership.office;
    const answer = (said: Version | null): void => {
      reply(said);
      end();
    };
    if (!present || !mastership.inOffice() || present.pending) return answer(null);
    world.say?.(`${own.name} takes no more changes and nominates ${observer.nameOf(candidate)}`);
    present.handingOver = true;
    const voters = electorateOf(countingRoster(caller, present.record));
    const request = { epoch: present.epoch, master: own.uuid, candidate, order: world.clockMs(own) };
    askToAgree(
      caller,
      voters,
      (daemon, say) => daemon.nominate(request, say),
      ({ isMajority }) => answer(isMajority ? present.record.version : null),
      { roundMs: present.record.ours.parameters.leaseMs / 2 },
    );
  }

  function lookAfter(present: Office, end: () => void): void {
    const { pending, record } = present;
    const asked = pending ? nodesToTell(pending.record, pending.plan) : undefined;
    const looked = (ballots: readonly Ballot[]): void => {
      if (mastership.office !== present) return end();
      const later = laterMastership(ballots, present.epoch);
      if (later) {
        mastership.stepDown(`${observer.nameOf(later.node)} is master of epoch ${later.epoch}`);
        return end();
      }
      // A voter that promised a later epoch obeys none before it. Whoever it was for is given a look's time to come.
      const isOvertaken = answersOf(ballots).some(({ vote }) => vote.epoch > present.epoch);
      if (isOvertaken && present.overtaken && !present.handingOver && world.fault !== 'voter-left-behind') {
        if (!mastership.failingOver) electAnew(present);
        return end();
      }
      present.overtaken = isOvertaken;
      bringUpToDate(caller, pending?.record ?? record, pending?.plan ?? null, ballots, (isCommitted) => {
        if (pending && isCommitted) {
          observer.committed(pending.record);
          if (mastership.office === present && present.pending === pending)
            Object.assign(present, { record: pending.record, pending: null });
        }
        if (mastership.office === present) present.addressDue = true;
        end();
      });
    };
    gatherVotes(caller, countingRoster(caller, pending?.record ?? record), looked, undefined, asked);
  }

  return { change, handOver, lookAfter };
}

const laterMastership = (ballots: readonly Ballot[], epoch: number) =>
  answersOf(ballots)
    .flatMap(({ vote }) => vote.master ?? [])
    .find((master) => master.epoch > epoch);
