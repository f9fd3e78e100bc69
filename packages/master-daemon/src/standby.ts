/**
 * Standby: is this node named master? Resolves to the tenure that follows.
 *
 * Taken up again after a restart only if a majority still names this node and nobody has seen a later
 * mastership. The loss of another master is looked for in loss-watch.ts.
 *
 * Counterpart in Ganeti: the vote that ganeti-wconfd and ganeti-luxid hold before they start (spec §7).
 */
import { nodeOf } from '@quorate/bootstrap/cluster-access';
import type { ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { reignOf, type Reign } from '@quorate/bootstrap/failover';
import { fetchConfiguration } from '@quorate/bootstrap/fetch-configuration';
import { takeOffice } from '@quorate/bootstrap/office';
import { askOffline, askVote, gatherVotes } from '@quorate/bootstrap/votes';
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import { readRoster } from '@quorate/cluster-state/roster-store';
import type { State } from '@quorate/cluster-state/state';
import { planCommit, withinReach } from '@quorate/domain/commit';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { electorateOf } from '@quorate/domain/electorate';
import { ClusterError } from '@quorate/domain/errors';
import { nodeByUuid } from '@quorate/domain/roster';
import { laterMastership } from '@quorate/domain/rivals';
import { decideStart } from '@quorate/domain/start';
import { compareVersions, newestVersion, sameVersion } from '@quorate/domain/version';
import type { Ballot } from '@quorate/domain/vote';
import { bringUpToDate } from './authority.ts';
import { deposedBy } from './in-office.ts';
import { inOfficeWith, type Standby, type Tenure } from './tenure.ts';

/** Asks a majority for the lease, and resolves to its end on the monotonic clock; null if none was to be had. */
export type AskLease = (reign: Reign) => Promise<number | null>;

export async function reconsider(state: State, access: ClusterAccess, askLease: AskLease): Promise<Tenure> {
  const roster = await readRoster(state);
  const electorate = electorateOf(roster);
  const own = nodeByUuid(roster, access.own);
  if (!own) return { kind: 'standby', why: `it is not yet a node of ${roster.clusterName}` };
  const vote = await askVote(access, own);
  if (vote.master?.node !== access.own) {
    const master = nodeByUuid(roster, vote.master?.node ?? null);
    return { kind: 'standby', why: master ? `${master.name} is master` : 'no master is recorded' };
  }
  // Everybody is waited for, as in a failover: whoever answers last may hold the newest configuration.
  const [ballots, offline] = await Promise.all([gatherVotes(access, roster), askOffline(access, roster)]);
  const later = laterMastership(offline, vote.master.epoch);
  if (later) return deposedBy(later, roster);
  const decision = decideStart({ own: access.own, ballots, electorate });
  if (decision.kind !== 'take-office') return { kind: 'standby', why: decision.why };
  return resume(state, access, ballots, askLease);
}

/** A change may have been under way when this daemon ended: the newest record counts, as pending until seen on a majority. */
async function resume(
  state: State,
  access: ClusterAccess,
  ballots: readonly Ballot[],
  askLease: AskLease,
): Promise<Tenure> {
  const record = await newestRecord(state, access, ballots);
  if ((await askLease(reignOf(record))) === null) return unconfirmed(record, ballots);
  const silent = ballots.flatMap((b) => (b.kind === 'unreachable' ? [b.node.uuid] : []));
  const resumed = inOfficeWith(record, { record, plan: withinReach(planCommit(null, record), silent) });
  const office = await bringUpToDate(access, resumed, ballots);
  // A node that takes its time to store it may have used the lease up.
  const untilMs = await askLease(reignOf(record));
  if (untilMs === null) return unconfirmed(record, ballots);
  await takeOffice(access, nodeOf(await readRoster(state), access.own), record.version.epoch, untilMs);
  return office;
}

function unconfirmed({ version }: ClusterRecord, ballots: readonly Ballot[]): Standby {
  const promised = ballots.some((b) => b.kind !== 'unreachable' && b.vote.epoch > version.epoch);
  const why = 'a majority names it, and does not renew its lease';
  return { kind: 'standby', why, ...(promised && { mustBeElected: true }) };
}

async function newestRecord(
  state: State,
  access: ClusterAccess,
  ballots: readonly Ballot[],
): Promise<ClusterRecord> {
  const votes = ballots.flatMap((b) => (b.kind === 'unreachable' ? [] : [b]));
  const newest = newestVersion(votes.map((b) => b.vote.version));
  let damage: unknown;
  // A damaged record is as good as none while another node has a sound one.
  const own = await readClusterRecord(state).catch((caught: unknown) => void (damage = caught));
  if (own && compareVersions(own.version, newest) >= 0) return own;
  const holder = votes.find((b) => b.vote.holds && sameVersion(b.vote.holds, newest));
  if (holder) return fetchConfiguration(access, holder.node, newest);
  if (damage) throw damage;
  throw new ClusterError(
    'NEWER_CONFIGURATION_ELSEWHERE',
    'A newer configuration was acknowledged, but no node that holds it answers',
    { hint: 'Bring back the candidates that are down' },
  );
}
