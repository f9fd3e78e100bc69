/**
 * Owns the configuration while in office: one change at a time, and a change is done when a majority has it.
 *
 * An undecided change stays pending: it is pushed on, and no other is taken, until a majority has it or this
 * node is deposed. Counterpart in Ganeti: wconfd, which calls a write done when its own disk has it.
 */
import { commit, type CommitOutcome } from '@quorate/bootstrap/commit';
import type { ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { nodesToUpdate, pack, putConfiguration } from '@quorate/bootstrap/put-configuration';
import { commitProgress, planCommit } from '@quorate/domain/commit';
import type { ClusterRecord, Draft } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import { seal } from '@quorate/domain/record';
import { isCandidate, type NodeUuid, type RosterNode } from '@quorate/domain/roster';
import { configurationFindings } from '@quorate/domain/validate-configuration';
import { compareVersions, describeVersion, sameVersion, type Version } from '@quorate/domain/version';
import type { Ballot, Vote } from '@quorate/domain/vote';
import { sha256Hex } from '@quorate/platform/digest';
import type { InOffice, Pending } from './tenure.ts';

/** Makes the next record out of the present one; pure. */
export type Change = (present: ClusterRecord, nowSeconds: number) => Draft;

export interface ChangeOutcome {
  readonly outcome: CommitOutcome;
  readonly record: ClusterRecord;
  /** What to remember if the outcome is undecided. */
  readonly pending: Pending;
}

/** Commits the change. Throws before anything is sent if one is pending or the result would be invalid. */
export async function commitChange(
  access: ClusterAccess,
  office: InOffice,
  change: Change,
): Promise<ChangeOutcome> {
  if (office.pending) throw pendingError(office.pending);
  const draft = change(office.record, access.clock.now().getTime() / 1000);
  const { fatal } = configurationFindings(draft.configuration);
  if (fatal.length > 0) {
    throw new ClusterError(
      'WRONG_INPUT',
      `The change would make the configuration invalid: ${fatal.join('; ')}`,
    );
  }
  const record = seal(draft, sha256Hex);
  const plan = planCommit(office.record, record);
  return { outcome: await commit(access, plan, pack(record)), record, pending: { record, plan } };
}

export const pendingError = ({ record }: Pending): ClusterError =>
  new ClusterError(
    'COMMIT_UNDECIDED',
    `An earlier change (${describeVersion(record.version)}) is still undecided`,
    {
      hint: 'It is being pushed to the nodes that lack it; see quorate status, and bring those nodes back',
    },
  );

type Answered = { readonly node: RosterNode; readonly vote: Vote };

const answered = (ballots: readonly Ballot[]): readonly Answered[] =>
  ballots.flatMap((b) => (b.kind === 'unreachable' ? [] : [{ node: b.node, vote: b.vote }]));

const isBehind = ({ node, vote }: Answered, version: Version): boolean =>
  compareVersions(vote.version, version) < 0 ||
  (isCandidate(node) && !(vote.holds && sameVersion(vote.holds, version)));

/**
 * Pushes the newest record (the pending one, if there is one) to every node that answered and is behind.
 * Resolves to the office as it is now known: pending decided or not, who still lags.
 */
export async function bringUpToDate(
  access: ClusterAccess,
  office: InOffice,
  ballots: readonly Ballot[],
): Promise<InOffice> {
  const target = office.pending?.record ?? office.record;
  const parcel = pack(target);
  const reached = answered(ballots).filter((a) => compareVersions(a.vote.version, target.version) <= 0);
  const equal = reached.filter((a) => !isBehind(a, target.version)).map((a) => a.node);
  const behind = new Set(reached.filter((a) => isBehind(a, target.version)).map((a) => a.node.uuid));
  const toPush = nodesToUpdate(parcel.roster).filter((n) => behind.has(n.uuid));
  const pushed = await Promise.allSettled(toPush.map((node) => putConfiguration(access, node, parcel)));
  const updated = [...equal, ...toPush.filter((_, i) => pushed[i]?.status === 'fulfilled')];
  const lagging = nodesToUpdate(parcel.roster).filter((n) => !updated.some((u) => u.uuid === n.uuid));
  return { ...settle(office, updated), lagging: lagging.map((n) => n.uuid) };
}

function settle(office: InOffice, updated: readonly RosterNode[]): InOffice {
  if (!office.pending) return office;
  const versions = new Set<NodeUuid>(updated.map((n) => n.uuid));
  const decided = commitProgress(office.pending.plan, { copies: versions, versions }) === 'committed';
  return decided ? { ...office, record: office.pending.record, pending: null } : office;
}
