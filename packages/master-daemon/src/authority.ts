/**
 * Owns the configuration while in office: one change at a time, and a change is done when a majority has it.
 *
 * An undecided change stays pending: it is pushed on, and no other is taken, until a majority has it or this
 * node is deposed. Counterpart in Ganeti: wconfd, which calls a write done when its own disk has it.
 */
import { commit, type CommitOutcome } from '@quorate/bootstrap/commit';
import type { ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { nodesToUpdate, pack, putConfiguration } from '@quorate/bootstrap/put-configuration';
import { commitProgress, planCommit, type CommitProgress } from '@quorate/domain/commit';
import type { Entrusted } from '@quorate/domain/candidate-pool';
import type { ClusterRecord, Draft } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import { seal } from '@quorate/domain/record';
import { isCandidate, type NodeUuid, type RosterNode } from '@quorate/domain/roster';
import { configurationFindings } from '@quorate/domain/validate-configuration';
import { compareVersions, describeVersion, sameVersion, type Version } from '@quorate/domain/version';
import type { Ballot } from '@quorate/domain/vote';
import { ballotOf } from '@quorate/domain/votes';
import { sha256Hex } from '@quorate/platform/digest';
import { draftWithKeys, type Entrust } from './entrust.ts';
import { noPauses, type PushPauses } from './push-pauses.ts';
import type { InOffice, Pending } from './tenure.ts';

/** Makes the next record out of the present one; pure. Whom it promotes has the cluster key first (entrust.ts). */
export type Change = (present: ClusterRecord, nowSeconds: number, entrusted: Entrusted) => Draft;

export interface ChangeOutcome {
  readonly outcome: CommitOutcome;
  readonly record: ClusterRecord;
  /** What to remember if the outcome is undecided. */
  readonly pending: Pending;
}

/**
 * Commits the change. Throws before anything is sent if one is pending or the result would be invalid.
 *
 * `unblocks`: it marks dead nodes offline, which may be what a pending change waits for. It is then made on top of
 * that one and decides both.
 */
export async function commitChange(
  access: ClusterAccess,
  office: InOffice,
  change: Change,
  unblocks = false,
  entrust: Entrust = nobody,
): Promise<ChangeOutcome> {
  if (office.pending && !unblocks) throw pendingError(office.pending);
  const present = office.pending?.record ?? office.record;
  const draft = await draftWithKeys(present, access.clock.now().getTime() / 1000, change, entrust);
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

const nobody: Entrust = () =>
  Promise.reject(new ClusterError('INTERNAL', 'Nobody is to be given the cluster key here'));

export const pendingError = ({ record }: Pending): ClusterError =>
  new ClusterError(
    'COMMIT_UNDECIDED',
    `An earlier change (${describeVersion(record.version)}) is still undecided`,
    {
      hint: 'It is being pushed on; bring back the nodes that lack it (quorate status), or mark them offline: quorate node modify NAME --offline yes',
    },
  );

type Standing = 'equal' | 'behind' | 'out-of-reach';

/** A node that knows something newer is out of reach too: whoever made that is master, not this node. */
function standingOf(node: RosterNode, ballot: Ballot | undefined, version: Version): Standing {
  if (!ballot || ballot.kind === 'unreachable') return 'out-of-reach';
  const { version: known, holds } = ballot.vote;
  if (compareVersions(known, version) > 0) return 'out-of-reach';
  const hasText = !isCandidate(node) || (holds !== null && sameVersion(holds, version));
  return hasText && sameVersion(known, version) ? 'equal' : 'behind';
}

/**
 * Pushes the newest record (the pending one, if there is one) to every node that answered and is behind. Nobody
 * but candidates is told of a pending one before enough candidates hold it; domain/commit.ts says why.
 * Resolves to the office as it is now known: pending decided or not, who still lags. Who could not take it is left alone
 * for a while (push-pauses.ts).
 */
export async function bringUpToDate(
  access: ClusterAccess,
  office: InOffice,
  ballots: readonly Ballot[],
  pauses: PushPauses = noPauses,
): Promise<InOffice> {
  const { pending } = office;
  const parcel = pack(pending?.record ?? office.record);
  const nodes = nodesToUpdate(parcel.roster, pending?.plan ?? null);
  const are = (standing: Standing): readonly RosterNode[] =>
    nodes.filter((node) => standingOf(node, ballotOf(node, ballots), parcel.record.version) === standing);
  const updated = new Set<NodeUuid>(are('equal').map((node) => node.uuid));
  const push = (to: readonly RosterNode[]): Promise<unknown> =>
    Promise.all(
      to.map(async (node) => {
        const taken = await putConfiguration(access, node, parcel).catch(() => undefined);
        const succeeded = taken !== undefined && (taken.holdsRecord || !isCandidate(node));
        pauses.note(node.uuid, parcel.record.version, succeeded);
        if (succeeded) updated.add(node.uuid);
      }),
    );
  const progress = (): CommitProgress =>
    pending ? commitProgress(pending.plan, { copies: updated, versions: updated }) : 'committed';

  // What is undecided waits for these very nodes, and is pushed whatever came of it before.
  const isDue = ({ uuid }: RosterNode): boolean => pauses.isDue(uuid, parcel.record.version);
  const behind = are('behind').filter((node) => pending !== null || isDue(node));
  const toldLater = progress() === 'storing' ? behind.filter((node) => !isCandidate(node)) : [];
  await push(behind.filter((node) => !toldLater.includes(node)));
  if (progress() !== 'storing') await push(toldLater);

  const lagging = nodes.flatMap(({ uuid, role }) => (role === 'offline' || updated.has(uuid) ? [] : [uuid]));
  const decided = pending && progress() === 'committed' && { record: pending.record, pending: null };
  return { ...office, ...decided, lagging };
}
