/**
 * Commits one version, as bootstrap/commit.ts does, and brings nodes that lag up to date, as
 * master-daemon/authority.ts does. What is enough is decided by the product's commit rules.
 */
import { commitProgress, type CommitPlan, type CommitProgress } from '@quorate/domain/commit';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { electorateOf } from '@quorate/domain/electorate';
import { isCandidate, type NodeUuid, type RosterNode } from '@quorate/domain/roster';
import { compareVersions, sameVersion } from '@quorate/domain/version';
import type { Ballot } from '@quorate/domain/vote';
import { ballotOf } from '@quorate/domain/votes';
import type { PutAnswer } from './node-daemon.ts';
import { askNode, countingRoster, deliveryFor, limits, neededOf, type Caller } from './rounds.ts';
import { rosterIn } from './small-cluster.ts';

export type CommitOutcome = 'committed' | 'undecided' | 'deposed';

export function commit(
  caller: Caller,
  plan: CommitPlan,
  record: ClusterRecord,
  ended: (outcome: CommitOutcome) => void,
): void {
  const copies = new Set<NodeUuid>();
  const versions = new Set<NodeUuid>();
  const failed = new Map<NodeUuid, string>();
  const nodes = nodesToTell(record, plan);
  const isCandidateOfPlan = (node: RosterNode): boolean => plan.candidates.includes(node.uuid);
  let waiting = nodes.filter((node) => !isCandidateOfPlan(node));
  let outstanding = 0;
  let heard = 0;
  let open = true;

  const end = (outcome: CommitOutcome): void => {
    if (!open) return;
    open = false;
    ended(outcome);
  };

  const isRefused = (why: string): boolean => [...failed.values()].includes(why);

  /** If everybody who has not failed yet did acknowledge it. */
  function mayStillBe(): boolean {
    const rest = new Set(nodes.flatMap(({ uuid }) => (failed.has(uuid) ? [] : [uuid])));
    const all = { copies: rest, versions: rest };
    return rest.has(caller.own.uuid) && progressOf(caller, plan, record, all, heard) === 'committed';
  }

  function send(node: RosterNode): void {
    outstanding += 1;
    let first = true;
    askNode<PutAnswer>(
      caller,
      caller.cluster.hostOf(node.uuid),
      (daemon, reply) => daemon.put(deliveryFor(caller.own.uuid, record, node), reply),
      (answer) => {
        if (!first || !open) return;
        first = false;
        outstanding -= 1;
        if (answer) heard += 1;
        if (answer?.said.ok) {
          versions.add(node.uuid);
          if (answer.holdsRecord) copies.add(node.uuid);
        } else {
          failed.set(node.uuid, answer?.said.ok === false ? answer.said.reason : 'UNREACHABLE');
        }
        proceed();
      },
    );
  }

  function proceed(): void {
    const progress = progressOf(caller, plan, record, { copies, versions }, heard);
    // The own copy is always waited for: a master takes office by it.
    if (progress === 'committed' && copies.has(caller.own.uuid)) return end('committed');
    if (isRefused('NOT_ALLOWED') || (isRefused('EPOCH_TOO_OLD') && !mayStillBe())) return end('deposed');
    if (progress !== 'storing') for (const node of waiting.splice(0)) send(node);
    if (outstanding === 0) end('undecided');
  }

  for (const node of nodes.filter(isCandidateOfPlan)) send(node);
  caller.cluster.world.after(caller.process, limits.commitMs, () => end('undecided'));
}

/** Whoever has a say in it: a node that is marked offline by this very change still votes on it. */
export const nodesToTell = (record: ClusterRecord, plan: CommitPlan | null): readonly RosterNode[] =>
  rosterIn(record).nodes.filter(
    ({ uuid, role }) =>
      role !== 'offline' || (plan?.electorates.some((voters) => voters.includes(uuid)) ?? false),
  );

/** The product's rule, with the mistakes that can be planted around it. */
export function progressOf(
  caller: Caller,
  plan: CommitPlan,
  record: ClusterRecord,
  acknowledged: { copies: ReadonlySet<NodeUuid>; versions: ReadonlySet<NodeUuid> },
  heard: number,
): CommitProgress {
  const { fault } = caller.cluster.world;
  const progress = commitProgress(planSeen(caller, plan, record), acknowledged);
  if (progress !== 'spreading') return progress;
  if (fault === 'commit-before-majority') return 'committed';
  if (fault === 'plurality' && acknowledged.versions.size >= neededOf(caller, 0, heard)) return 'committed';
  return progress;
}

const planSeen = (caller: Caller, plan: CommitPlan, record: ClusterRecord): CommitPlan =>
  caller.cluster.world.fault === 'wrong-electorate'
    ? { ...plan, electorates: [electorateOf(countingRoster(caller, record)).map(({ uuid }) => uuid)] }
    : plan;

type Standing = 'equal' | 'behind' | 'out-of-reach';

function standingOf(node: RosterNode, ballot: Ballot | undefined, { version }: ClusterRecord): Standing {
  if (!ballot || ballot.kind === 'unreachable') return 'out-of-reach';
  const { version: known, holds } = ballot.vote;
  if (compareVersions(known, version) > 0) return 'out-of-reach';
  const hasText = !isCandidate(node) || (holds !== null && sameVersion(holds, version));
  return hasText && sameVersion(known, version) ? 'equal' : 'behind';
}

/** Pushes `record` to every node that answered and is behind; tells whether its plan is fulfilled now. */
export function bringUpToDate(
  caller: Caller,
  record: ClusterRecord,
  plan: CommitPlan | null,
  ballots: readonly Ballot[],
  ended: (committed: boolean) => void,
): void {
  const nodes = nodesToTell(record, plan);
  const standing = new Map(
    nodes.map((node) => [node.uuid, standingOf(node, ballotOf(node, ballots), record)]),
  );
  const updated = new Set<NodeUuid>(
    nodes.flatMap(({ uuid }) => (standing.get(uuid) === 'equal' ? [uuid] : [])),
  );
  const behind = nodes.filter(({ uuid }) => standing.get(uuid) === 'behind');
  const heard = ballots.filter((ballot) => ballot.kind !== 'unreachable').length;
  const progress = (): CommitProgress =>
    plan ? progressOf(caller, plan, record, { copies: updated, versions: updated }, heard) : 'committed';

  function push(to: readonly RosterNode[], done: () => void): void {
    let left = to.length;
    let open = true;
    const end = (): void => {
      if (!open) return;
      open = false;
      done();
    };
    if (left === 0) return end();
    for (const node of to) {
      let first = true;
      askNode<PutAnswer>(
        caller,
        caller.cluster.hostOf(node.uuid),
        (daemon, reply) => daemon.put(deliveryFor(caller.own.uuid, record, node), reply),
        (answer) => {
          if (!first || !open) return;
          first = false;
          if (answer?.said.ok && (answer.holdsRecord || !isCandidate(node))) updated.add(node.uuid);
          left -= 1;
          if (left === 0) end();
        },
      );
    }
    caller.cluster.world.after(caller.process, limits.roundMs, end);
  }

  const toldLater = progress() === 'storing' ? behind.filter((node) => !isCandidate(node)) : [];
  push(
    behind.filter((node) => !toldLater.includes(node)),
    () => {
      const done = (): void => ended(progress() === 'committed');
      if (progress() === 'storing') done();
      else push(toldLater, done);
    },
  );
}
