/**
 * Makes this node master.
 *
 *                     before   grants   recorded   old left   in office
 *   voters obey        old      new       new        new         new
 *   on disk            old      old       new        new         new
 *   holds the address  old      old       old        none        new
 *   serves             old      nobody    nobody     nobody      new
 *
 * Nothing is changed before a majority would grant; from the first grant on the old master can commit nothing
 * more, because a majority refuses its epoch. Runs inside the master daemon of the candidate, so that it does
 * not end with the terminal it was typed on. (Lease, nomination and the journal join in this file's steps.)
 *
 * Counterpart in Ganeti: lib/bootstrap.py, MasterFailover.
 */
import type { ClusterRecord } from '@quorate/domain/configuration';
import { withMaster, withNodesOffline } from '@quorate/domain/configuration-changes';
import { planCommit, type CommitPlan } from '@quorate/domain/commit';
import { electorateOf, majorityOf } from '@quorate/domain/electorate';
import { ClusterError } from '@quorate/domain/errors';
import { decideFailover, decideForcedFailover, type FailoverPlan } from '@quorate/domain/failover';
import { seal } from '@quorate/domain/record';
import { rosterOf } from '@quorate/domain/roster-of';
import { nodeByUuid, type NodeUuid, type Roster, type RosterNode } from '@quorate/domain/roster';
import { compareVersions, describeVersion } from '@quorate/domain/version';
import { surveyDecided, tally } from '@quorate/domain/votes';
import { randomInteger, sha256Hex } from '@quorate/platform/digest';
import type { ClusterAccess } from './cluster-access.ts';
import { commit } from './commit.ts';
import { fetchConfiguration } from './fetch-configuration.ts';
import { requestGrants } from './grants.ts';
import { leaveOffice, masterIpAnswersAs, takeOffice } from './office.ts';
import { pack } from './put-configuration.ts';
import { stepRunner, type ReportStep, type StepRunner } from './steps.ts';
import { gatherVotes } from './votes.ts';

export const failoverSteps = {
  'gather-votes': 'Asking every node who is master',
  'fetch-newest': 'Bringing this node up to date',
  'request-grants': 'Asking for the grant of a majority',
  'record-new-master': 'Recording the new master on a majority',
  'old-master-leaves': 'Ending the office of the old master',
  'take-office': 'Raising the master IP and taking office',
  confirm: 'Confirming that the cluster follows',
} as const;

type Steps = StepRunner<typeof failoverSteps>;
type Going = Extract<FailoverPlan, { kind: 'go' }>;
type Deciding = Exclude<FailoverPlan, { kind: 'refuse' }>;

export interface FailoverRequest {
  /** Take the office without anybody's grant; the operator has confirmed it. */
  readonly noVoting: boolean;
}

/** What the master daemon lends to its own failover. */
export interface FailoverPart {
  readonly access: ClusterAccess;
  /** This node's view; replaced by the newest one that the votes show. */
  readonly roster: Roster;
  /** Full record on this node's disk, if it holds a readable one. */
  readonly ownRecord: ClusterRecord | undefined;
  readonly report: ReportStep;
  /** Called when this node may serve: its configuration is committed in its epoch. */
  readonly startServing: (record: ClusterRecord) => void;
}

export interface FailoverOutcome {
  readonly record: ClusterRecord;
  readonly master: RosterNode;
  readonly epoch: number;
  readonly warnings: readonly string[];
}

export async function failover(part: FailoverPart, request: FailoverRequest): Promise<FailoverOutcome> {
  const { access } = part;
  const steps = stepRunner(failoverSteps, part.report, access.clock);
  const { plan, newest } = await findStart(part, steps, request);
  if (!request.noVoting) {
    await steps.required('request-grants', () =>
      requestGrants(access, rosterOf(newest, ''), plan.epoch, newest.version),
    );
  }
  const record = await steps.required('record-new-master', () =>
    recordNewMaster(part, request, plan, newest),
  );
  await endOldOffice(part, steps, plan);
  await steps.required('take-office', async () => {
    part.startServing(record);
    await takeOffice(access, masterOf(record), plan.epoch);
  });
  await steps.required('confirm', () => confirm(access, record));
  return {
    record,
    master: masterOf(record),
    epoch: plan.epoch,
    warnings: [...plan.warnings, ...steps.warnings],
  };
}

/** Asks and decides; if the votes show a newer configuration, gets it, and asks and decides again. */
async function findStart(
  part: FailoverPart,
  steps: Steps,
  request: FailoverRequest,
): Promise<{ plan: Going; newest: ClusterRecord }> {
  let held = part.ownRecord;
  const ask = () => steps.required('gather-votes', () => askAndDecide(part, held, request));
  let plan = await ask();
  if (plan.kind === 'fetch') {
    const { from, version } = plan;
    held = await steps.required('fetch-newest', () => fetchConfiguration(part.access, from, version));
    plan = await ask();
  }
  if (plan.kind === 'go' && held) return { plan, newest: held };
  throw new ClusterError(
    'NEWER_CONFIGURATION_ELSEWHERE',
    'The configuration changed while this node was brought up to date',
    {
      hint: 'Run the command again',
    },
  );
}

async function askAndDecide(
  part: FailoverPart,
  held: ClusterRecord | undefined,
  request: FailoverRequest,
): Promise<Deciding> {
  const heldIsNewest = held && compareVersions(held.version, part.roster.version) >= 0;
  const roster = heldIsNewest ? rosterOf(held, '') : part.roster;
  const ballots = await gatherVotes(part.access, roster);
  const facts = { own: part.access.own, roster, ownVersion: held?.version ?? null, ballots };
  const plan = request.noVoting
    ? decideForcedFailover({ ...facts, randomJump: randomInteger(1000) })
    : decideFailover(facts);
  if (plan.kind === 'refuse') throw plan.error;
  return plan;
}

async function recordNewMaster(
  part: FailoverPart,
  request: FailoverRequest,
  plan: Going,
  newest: ClusterRecord,
): Promise<ClusterRecord> {
  const { access } = part;
  const nowSeconds = access.clock.now().getTime() / 1000;
  const how = request.noVoting ? 'failover-without-voting' : 'failover';
  const led = withMaster(newest, { node: access.own, epoch: plan.epoch, nowSeconds, how });
  const record = seal(request.noVoting ? withNodesOffline(led, plan.silent, nowSeconds) : led, sha256Hex);
  const commitPlan = withinReach(planCommit(request.noVoting ? null : newest, record), plan.silent);
  const outcome = await commit(access, commitPlan, pack(record));
  if (outcome.kind !== 'committed') throw outcome.error;
  return record;
}

/**
 * A candidate that does not answer cannot store anything. If that leaves one, its copy must do: beside a witness
 * the loss of the master could not be mended otherwise (BEH-085).
 */
function withinReach(whole: CommitPlan, silent: readonly NodeUuid[]): CommitPlan {
  const reachable = whole.candidates.filter((uuid) => !silent.includes(uuid));
  return { ...whole, copiesNeeded: Math.min(whole.copiesNeeded, reachable.length) };
}

/** The old master is told to leave. Whether it did is seen when the address is raised; silence is a warning. */
async function endOldOffice(part: FailoverPart, steps: Steps, plan: Going): Promise<void> {
  const { oldMaster } = plan;
  if (!oldMaster) return;
  await steps.tolerated('old-master-leaves', async () => {
    if (!plan.oldMasterAnswers) {
      throw new ClusterError(
        'UNREACHABLE',
        `${oldMaster.name} does not answer and was not told that its office ended`,
      );
    }
    const observed = await leaveOffice(part.access, oldMaster, plan.epoch);
    if (observed.masterIpHere || observed.masterDaemon === 'MASTER_DAEMON_STATE_IN_OFFICE') {
      throw new ClusterError(
        'MASTER_STILL_SERVING',
        `${oldMaster.name} was told to leave office and still holds it`,
        {
          hint: `Stop quorate-masterd and quorate-noded on ${oldMaster.name}`,
        },
      );
    }
  });
}

/** The post-conditions that a successful failover promises. */
async function confirm(access: ClusterAccess, record: ClusterRecord): Promise<void> {
  const roster = rosterOf(record, '');
  const electorate = electorateOf(roster);
  const verdict = tally(
    await gatherVotes(access, roster, (ballots) => surveyDecided(ballots, electorate)),
    electorate,
  );
  const needed = majorityOf(electorate.length);
  const expected = `${needed} votes for this node in epoch ${record.version.epoch}`;
  if (
    verdict.kind !== 'agreed' ||
    verdict.master.node !== access.own ||
    verdict.master.epoch !== record.version.epoch
  ) {
    throw unmet(`The votes do not show ${expected}`);
  }
  if (!(await masterIpAnswersAs(access, roster, masterOf(record)))) {
    throw unmet(`The master IP ${roster.masterIp.address} does not answer as ${masterOf(record).name}`);
  }
}

const unmet = (message: string): ClusterError =>
  new ClusterError('POST_CONDITION_FAILED', message, {
    hint: 'This node is recorded as master; quorate status and quorate verify show what is missing',
  });

function masterOf(record: ClusterRecord): RosterNode {
  const roster = rosterOf(record, '');
  const master = nodeByUuid(roster, roster.master);
  if (!master) throw new ClusterError('NO_MASTER', `${describeVersion(record.version)} names no master`);
  return master;
}
