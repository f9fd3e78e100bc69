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
import type { ClusterRecord, MastershipEntry } from '@quorate/domain/configuration';
import { withMaster, withNodesOffline } from '@quorate/domain/configuration-changes';
import { planCommit, withinReach } from '@quorate/domain/commit';
import { electorateOf, majorityOf } from '@quorate/domain/electorate';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import { decideFailover, decideForcedFailover, type FailoverPlan } from '@quorate/domain/failover';
import { formerMaster } from '@quorate/domain/failover-scene';
import { leaseInTheWay } from '@quorate/domain/lease-in-the-way';
import { seal } from '@quorate/domain/record';
import { rosterOf } from '@quorate/domain/roster-of';
import { nodeByUuid, type Roster, type RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import { compareVersions, describeVersion, sameVersion } from '@quorate/domain/version';
import type { Ballot } from '@quorate/domain/vote';
import { surveyDecided, tally } from '@quorate/domain/votes';
import { randomInteger, sha256Hex } from '@quorate/platform/digest';
import { versionFrom } from '@quorate/rpc/messages';
import { masterServices } from '@quorate/rpc/services';
import { awaitLeaseEnd } from './await-lease.ts';
import { masterDaemonOf, nodeOf, type ClusterAccess } from './cluster-access.ts';
import { commit } from './commit.ts';
import { fetchConfiguration } from './fetch-configuration.ts';
import { requestGrants } from './grants.ts';
import type { FailoverEnd, FailoverHooks } from './hooks.ts';
import { getOffice, leaveOffice, masterIpAnswersAs, takeOffice } from './office.ts';
import { pack } from './put-configuration.ts';
import { stepRunner, type ReportStep, type StepRunner } from './steps.ts';
import { gatherVotes } from './votes.ts';

export const failoverSteps = {
  'gather-votes': 'Asking every node who is master',
  'fetch-newest': 'Bringing this node up to date',
  'pre-failover-hooks': 'Running the hooks before the failover',
  'hand-over': 'Asking the old master to hand over',
  'await-lease': 'Waiting for the lease of the old master to end',
  'request-grants': 'Asking for the grant of a majority',
  'record-new-master': 'Recording the new master on a majority',
  'old-master-leaves': 'Ending the office of the old master',
  'take-office': 'Raising the master IP and taking office',
  confirm: 'Confirming that the cluster follows',
  'post-failover-hooks': 'Running the hooks after the failover',
} as const;

type Steps = StepRunner<typeof failoverSteps>;
type Going = Extract<FailoverPlan, { kind: 'go' }>;
type Deciding = Exclude<FailoverPlan, { kind: 'refuse' }>;

export interface FailoverRequest {
  /** Take the office without anybody's grant; the operator has confirmed it. */
  readonly noVoting: boolean;
  /** With `noVoting`: give up changes that nobody who answers holds. */
  readonly acceptDataLoss?: boolean;
  /** Nobody ordered it: the master was lost. For the history. */
  readonly automatic?: boolean;
  /** This node is named master already, and takes the office in an epoch above this one (domain/failover-scene.ts). */
  readonly anewAbove?: number;
}

/** An epoch that a majority granted, and the lease that came with it. */
export interface Reign {
  readonly epoch: number;
  readonly roster: Roster;
  readonly durationMs: number;
}

/** What the master daemon lends to its own failover. */
export interface FailoverPart {
  readonly access: ClusterAccess;
  /** This node's view; replaced by the newest one that the votes show. */
  readonly roster: Roster;
  /** Full record on this node's disk, if it holds a readable one. */
  readonly ownRecord: ClusterRecord | undefined;
  readonly report: ReportStep;
  readonly hooks: FailoverHooks;
  /** From here on the lease is renewed; a majority promised it to requests sent at `sentMs`, null if none did yet. */
  readonly keepLease: (reign: Reign, sentMs: number | null) => void;
  /** End of the lease on the monotonic clock, renewed once more if it is over. Throws LEASE_LOST. */
  readonly leaseUntilMs: () => Promise<number>;
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
  const start = await findStart(part, steps, request);
  const { plan } = start;
  const about = {
    cluster: start.newest.configuration.cluster.cluster_name,
    node: nodeOf(rosterOf(start.newest, ''), access.own).name,
    oldMaster: plan.oldMaster?.name ?? null,
    epoch: plan.epoch,
  };
  let changing = false;
  try {
    await steps.required('pre-failover-hooks', () => part.hooks.before(about));
    const won = request.noVoting
      ? { newest: start.newest, handed: false }
      : await winGrants(part, steps, start, request.anewAbove === undefined);
    changing = true;
    const record = await takeOver(part, steps, request, { ...won, plan });
    await steps.tolerated('post-failover-hooks', () => part.hooks.after(about, 'done'));
    return {
      record,
      master: masterOf(record),
      epoch: plan.epoch,
      warnings: [...plan.warnings, ...steps.warnings],
    };
  } catch (caught) {
    await steps.tolerated('post-failover-hooks', () =>
      part.hooks.after(about, changing ? endOf(caught) : 'refused'),
    );
    throw caught;
  }
}

/** How a failover that had begun to change something ended, for the hooks of the site. */
const endOf = (caught: unknown): FailoverEnd =>
  clusterErrorFrom(caught).reason === 'COMMIT_UNDECIDED' ? 'undecided' : 'failed';

async function takeOver(
  part: FailoverPart,
  steps: Steps,
  request: FailoverRequest,
  { plan, newest, handed }: { plan: Going; newest: ClusterRecord; handed: boolean },
): Promise<ClusterRecord> {
  const { access } = part;
  const record = await steps.required('record-new-master', () =>
    recordNewMaster(part, request, plan, newest),
  );
  if (request.noVoting) part.keepLease(reignOf(record), null);
  const addressIsFree = await endOldOffice(part, steps, plan, handed, newest.ours.parameters.leaseMs);
  await steps.required('take-office', async () => {
    const untilMs = await part.leaseUntilMs();
    part.startServing(record);
    await takeOffice(access, masterOf(record), plan.epoch, untilMs, addressIsFree);
  });
  await steps.required('confirm', () => confirm(access, record));
  return record;
}

export const reignOf = (record: ClusterRecord): Reign => ({
  epoch: record.version.epoch,
  roster: rosterOf(record, ''),
  durationMs: record.ours.parameters.leaseMs,
});

/** Handed over by a master that answers, else when its lease is over: then a majority is asked for its grant. */
async function winGrants(
  part: FailoverPart,
  steps: Steps,
  { plan, newest: held }: { plan: Going; newest: ClusterRecord },
  othersRule: boolean,
): Promise<{ newest: ClusterRecord; handed: boolean }> {
  const { access } = part;
  const { oldMaster } = plan;
  const handed =
    othersRule && oldMaster && plan.oldMasterAnswers
      ? await steps.tolerated('hand-over', () => handOver(access, oldMaster, held))
      : undefined;
  const newest = handed ?? held;
  const reign = { ...reignOf(newest), epoch: plan.epoch };
  if (!handed)
    await steps.required('await-lease', () => awaitLeaseEnd(access, reign.roster, reign.durationMs));
  await steps.required('request-grants', async () => {
    const sentMs = access.clock.monotonicMs();
    await requestGrants(access, reign.roster, plan.epoch, newest.version, reign.durationMs);
    part.keepLease(reign, sentMs);
  });
  return { newest, handed: handed !== undefined };
}

/** Resolves to what to start from: the master may have committed something since it was asked. */
async function handOver(
  access: ClusterAccess,
  oldMaster: RosterNode,
  held: ClusterRecord,
): Promise<ClusterRecord> {
  const method = masterServices.mastership.HandOver;
  const request = { candidateUuid: access.own };
  const answer = await access.channels.call(masterDaemonOf(oldMaster), method, request, {
    deadlineMs: timings.voteMs,
  });
  const version = versionFrom(answer.version);
  return sameVersion(version, held.version) ? held : fetchConfiguration(access, oldMaster, version);
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
  const { automatic = false, anewAbove } = request;
  const history = held?.ours.history ?? [];
  const anew =
    anewAbove === undefined ? {} : { anewAbove, formerMaster: formerMaster(history, part.access.own) };
  const known = { own: part.access.own, roster, ownVersion: held?.version ?? null, ...anew };
  // Without an operator waiting for causes, a majority that is free and suffices is all that need be heard.
  const enough = (heard: readonly Ballot[]): boolean =>
    !leaseInTheWay(known.own, roster, heard) &&
    decideFailover({ ...known, ballots: heard }).kind !== 'refuse';
  const ballots = await gatherVotes(
    part.access,
    roster,
    automatic || anewAbove !== undefined ? enough : undefined,
  );
  const facts = { ...known, ballots };
  const plan = request.noVoting
    ? decideForcedFailover({
        ...facts,
        randomJump: randomInteger(1000),
        acceptDataLoss: request.acceptDataLoss === true,
      })
    : decideFailover(facts);
  if (plan.kind === 'refuse') throw plan.error;
  return plan;
}

const howOf = ({ noVoting, automatic, anewAbove }: FailoverRequest): MastershipEntry['how'] => {
  if (noVoting) return 'failover-without-voting';
  if (anewAbove !== undefined) return 're-election';
  return automatic ? 'automatic-failover' : 'failover';
};

async function recordNewMaster(
  part: FailoverPart,
  request: FailoverRequest,
  plan: Going,
  newest: ClusterRecord,
): Promise<ClusterRecord> {
  const { access } = part;
  const nowSeconds = access.clock.now().getTime() / 1000;
  const how = howOf(request);
  const led = withMaster(newest, { node: access.own, epoch: plan.epoch, nowSeconds, how });
  const record = seal(request.noVoting ? withNodesOffline(led, plan.silent, nowSeconds) : led, sha256Hex);
  const commitPlan = withinReach(planCommit(request.noVoting ? null : newest, record), plan.silent);
  const outcome = await commit(access, commitPlan, pack(record));
  if (outcome.kind !== 'committed') throw outcome.error;
  return record;
}

/**
 * The old master is told to leave. Whether it did is seen when the address is raised; silence is a warning, and then a
 * lease of `leaseMs` is waited for if it handed over, now or to an earlier attempt: it does not keep the address for
 * longer. Resolves to whether the address was seen to be free for this node.
 */
async function endOldOffice(
  part: FailoverPart,
  steps: Steps,
  plan: Going,
  handed: boolean,
  leaseMs: number,
): Promise<boolean> {
  const { access } = part;
  const { oldMaster, oldLeaseMayLive } = plan;
  if (!oldMaster) return false;
  // Who has it up already took it when the other had given it up.
  if (oldLeaseMayLive && (await hasMasterIp(part))) return true;
  const left = await steps.tolerated('old-master-leaves', () => endOfficeOf(access, oldMaster, plan));
  if (!left && (handed || oldLeaseMayLive)) {
    await steps.required('await-lease', () => access.clock.sleep(leaseMs));
  }
  return left === true;
}

const hasMasterIp = async ({ access, roster }: FailoverPart): Promise<boolean> =>
  (await getOffice(access, nodeOf(roster, access.own))).masterIpHere;

async function endOfficeOf(access: ClusterAccess, oldMaster: RosterNode, plan: Going): Promise<true> {
  if (!plan.oldMasterAnswers) {
    throw new ClusterError(
      'UNREACHABLE',
      `${oldMaster.name} does not answer and was not told that its office ended`,
    );
  }
  const observed = await leaveOffice(access, oldMaster, plan.epoch);
  if (observed.masterIpHere || observed.masterDaemon === 'MASTER_DAEMON_STATE_IN_OFFICE') {
    throw new ClusterError(
      'MASTER_STILL_SERVING',
      `${oldMaster.name} was told to leave office and still holds it`,
      {
        hint: `Stop quorate-masterd and quorate-noded on ${oldMaster.name}`,
      },
    );
  }
  return true;
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
