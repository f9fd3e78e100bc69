/**
 * One round to all voters about the lease: renew it, name a successor, give it back.
 *
 * Resolves as soon as a majority has agreed or none can any more. What is still out goes on to its own deadline:
 * a voter that is slow must be reached as well, or it would think the master lost.
 */
import { electorateOf, majorityOf } from '@quorate/domain/electorate';
import { clusterErrorFrom, type ClusterError } from '@quorate/domain/errors';
import type { NodeUuid, Roster, RosterNode } from '@quorate/domain/roster';
import { nodeServices } from '@quorate/rpc/services';
import { nodeDaemonOf, type ClusterAccess } from './cluster-access.ts';

export interface RoundOutcome {
  readonly agreed: boolean;
  /** Of those that had answered when the round was decided. */
  readonly refusals: readonly ClusterError[];
}

type Ask = (node: RosterNode) => Promise<unknown>;

function round(roster: Roster, ask: Ask): Promise<RoundOutcome> {
  const electorate = electorateOf(roster);
  const needed = majorityOf(electorate.length);
  let agreed = 0;
  const refusals: ClusterError[] = [];
  return new Promise((resolve) => {
    const look = (): void => {
      if (agreed >= needed) resolve({ agreed: true, refusals });
      else if (electorate.length - refusals.length < needed) resolve({ agreed: false, refusals });
    };
    for (const node of electorate) {
      ask(node).then(
        () => ((agreed += 1), look()),
        (caught: unknown) => (refusals.push(clusterErrorFrom(caught)), look()),
      );
    }
    look();
  });
}

/** Grows with every round, also over a restart of this program. */
const orderNow = ({ clock }: ClusterAccess): number => Math.floor(clock.monotonicMs() * 1000);

export interface LeaseTerms {
  readonly epoch: number;
  readonly durationMs: number;
  /** Of each call. */
  readonly deadlineMs: number;
}

export function renewLease(access: ClusterAccess, roster: Roster, terms: LeaseTerms): Promise<RoundOutcome> {
  const { epoch, durationMs, deadlineMs } = terms;
  const request = { epoch, masterUuid: access.own, durationMs, order: orderNow(access) };
  return round(roster, (node) =>
    access.channels.call(nodeDaemonOf(node), nodeServices.lease.RenewLease, request, { deadlineMs }),
  );
}

export function nominate(
  access: ClusterAccess,
  roster: Roster,
  { epoch, deadlineMs }: Omit<LeaseTerms, 'durationMs'>,
  candidateUuid: NodeUuid,
): Promise<RoundOutcome> {
  const request = { epoch, masterUuid: access.own, candidateUuid, order: orderNow(access) };
  return round(roster, (node) =>
    access.channels.call(nodeDaemonOf(node), nodeServices.lease.Nominate, request, { deadlineMs }),
  );
}

/** The voters are free at once; to be told only when nothing of the office is left on this host. */
export function resign(
  access: ClusterAccess,
  roster: Roster,
  { epoch, deadlineMs }: Omit<LeaseTerms, 'durationMs'>,
): Promise<RoundOutcome> {
  const request = { epoch, masterUuid: access.own, order: orderNow(access) };
  return round(roster, (node) =>
    access.channels.call(nodeDaemonOf(node), nodeServices.lease.Resign, request, { deadlineMs }),
  );
}
