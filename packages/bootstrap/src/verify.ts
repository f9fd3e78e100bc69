/**
 * Gathers from every node what `verify` judges: votes, office, files, clocks, the ways between them. One round: all
 * nodes at once, each with its own deadline, the round with one for all; nodes marked offline are not asked. What is
 * wrong is decided in domain/verify.ts.
 */
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import { readRoster, rosterDigestOf } from '@quorate/cluster-state/roster-store';
import type { State } from '@quorate/cluster-state/state';
import { viewsOf } from '@quorate/cluster-state/views';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { electorateOf } from '@quorate/domain/electorate';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import { requireGroup } from '@quorate/domain/node-groups';
import { isCandidate, nodeByUuid, type Roster, type RosterNode } from '@quorate/domain/roster';
import { protocolVersion, softwareVersion } from '@quorate/domain/software';
import { timings } from '@quorate/domain/timings';
import { mayPass, verifyFindings, type VerifyFinding } from '@quorate/domain/verify';
import type { NodeFacts, NodeObservation, VerifyFacts } from '@quorate/domain/verify-facts';
import { newestKnown } from '@quorate/domain/verify-mastership';
import type { VerifyCode } from '@quorate/domain/verify-row';
import { renewsKeys } from '@quorate/domain/verify-renewal';
import { neededVolumeGroup } from '@quorate/domain/verify-storage';
import { newestVersion, sameVersion } from '@quorate/domain/version';
import type { Ballot } from '@quorate/domain/vote';
import { askMany } from '@quorate/rpc/ask-many';
import { inspectionFrom } from '@quorate/rpc/inspection';
import { nodeServices } from '@quorate/rpc/services';
import { nodeDaemonOf, type ClusterAccess } from './cluster-access.ts';
import { fetchConfiguration } from './fetch-configuration.ts';
import { getOffice } from './office.ts';
import { gatherVotes } from './votes.ts';

export interface Examination {
  readonly facts: VerifyFacts;
  readonly findings: readonly VerifyFinding[];
}

export interface ExaminationWishes {
  /** Findings of these codes are warnings. */
  readonly ignored?: readonly VerifyCode[];
  /** Name or UUID of the only node group that is looked at. */
  readonly group?: string | undefined;
  /** Look for lines that earlier keys of nodes left in authorized_keys. */
  readonly sshClutter?: boolean | undefined;
  /** For another look: as this node is by then, whose own certificate may have been renewed meanwhile. */
  readonly reopen?: () => Promise<ClusterAccess>;
}

/** A renewal commits its phases one after the other: so often is looked at most while there is another version each time. */
const mostLooks = 5;

/**
 * One look, judged. What a change that is on its way looks like (half-written views, voters behind, files that are being
 * replaced) is looked at once more when the master has had time to push it, and again while changes go on.
 *
 * Fails with NOT_A_MASTER_CANDIDATE on a node that is none: it may not look at others, nor read the record; WRONG_INPUT
 * for a group there is not, or clutter where SSH is not managed; STATE_CORRUPT for a group without a record to name it.
 */
export async function examine(
  access: ClusterAccess,
  state: State,
  { ignored = [], reopen, ...wishes }: ExaminationWishes = {},
): Promise<Examination> {
  const look = async (as: ClusterAccess): Promise<Examination & { readonly mayPass: boolean }> => {
    const facts = await gatherVerifyFacts(as, state, await readRoster(state), wishes);
    const findings = verifyFindings(facts, ignored);
    const { version } = await readRoster(state);
    const wasChanging = renewsKeys(facts) || !sameVersion(facts.roster.version, version);
    return { facts, findings, mayPass: findings.some((finding) => mayPass(finding, wasChanging)) };
  };
  let seen = await look(access);
  for (let looks = 1; looks < mostLooks && seen.mayPass; looks += 1) {
    await access.clock.sleep(timings.surveyIntervalMs);
    const before = newestKnown(seen.facts);
    seen = await look((await reopen?.()) ?? access);
    if (sameVersion(before, newestKnown(seen.facts))) break;
  }
  return { facts: seen.facts, findings: seen.findings };
}

interface Wanted {
  readonly volumeGroups: boolean;
  readonly ssh: boolean;
  /** Of the site's program for the master IP. */
  readonly script: boolean;
}

/** One round. */
export async function gatherVerifyFacts(
  access: ClusterAccess,
  state: State,
  roster: Roster,
  { group, sshClutter = false }: Pick<ExaminationWishes, 'group' | 'sshClutter'> = {},
): Promise<VerifyFacts> {
  assertCandidate(access, roster);
  const own = await readClusterRecord(state).catch(() => undefined);
  const wanted = {
    volumeGroups: neededVolumeGroup({ record: own }) !== undefined,
    ssh: own?.configuration.cluster.modify_ssh_setup === true,
    script: roster.masterIp.externalScript === true,
  };
  if (sshClutter && !wanted.ssh)
    throw new ClusterError('WRONG_INPUT', 'This cluster does not manage SSH: there is no clutter of its own');
  const onlyGroup = group === undefined ? undefined : groupIn(own, group);
  const asked = electorateOf(roster).filter(({ uuid }) => onlyGroup?.nodes.includes(uuid) ?? true);
  const [ballots, nodes] = await Promise.all([
    gatherVotes(access, roster),
    observeAll(access, asked, wanted),
  ]);
  const record = await newestRecord(access, own, ballots);
  return {
    roster,
    record,
    recordRosterDigest: record && rosterDigestOf(viewsOf(record).roster),
    ballots,
    nodes,
    nowSeconds: access.clock.now().getTime() / 1000,
    softwareVersion,
    protocolVersion,
    onlyGroup,
    sshClutter,
  };
}

function groupIn(record: ClusterRecord | undefined, typed: string): NonNullable<VerifyFacts['onlyGroup']> {
  if (!record)
    throw new ClusterError(
      'STATE_CORRUPT',
      'The record on this disk cannot be read, and only it names the groups',
      {
        hint: 'Run it without --node-group',
      },
    );
  const { nodes, nodegroups } = record.configuration;
  const uuid = requireGroup(record.configuration, typed);
  const members = Object.values(nodes).filter((node) => node.group === uuid);
  return { name: nodegroups[uuid]?.name ?? uuid, nodes: members.map((node) => node.uuid) };
}

function assertCandidate({ own }: ClusterAccess, roster: Roster): void {
  const node = nodeByUuid(roster, own);
  if (node && isCandidate(node)) return;
  const candidates = roster.nodes.filter(isCandidate).map(({ name }) => name);
  throw new ClusterError(
    'NOT_A_MASTER_CANDIDATE',
    'Only a master candidate may look at the disks of all nodes, and this node is none',
    { hint: `Run it on ${candidates.join(', ')}` },
  );
}

/** Of this disk, unless another candidate knows a newer one and hands it over. */
async function newestRecord(
  access: ClusterAccess,
  own: ClusterRecord | undefined,
  ballots: readonly Ballot[],
): Promise<ClusterRecord | undefined> {
  const valid = ballots.flatMap((ballot) => (ballot.kind === 'valid' ? [ballot] : []));
  const newest = newestVersion(valid.map(({ vote }) => vote.version));
  if (newest.epoch === 0 || (own && sameVersion(own.version, newest))) return own;
  const holder = valid.find(({ vote }) => vote.holds && sameVersion(vote.holds, newest));
  if (!holder) return own;
  return fetchConfiguration(access, holder.node, newest).catch(() => own);
}

async function observeAll(
  access: ClusterAccess,
  nodes: readonly RosterNode[],
  wanted: Wanted,
): Promise<readonly NodeObservation[]> {
  const seen = await askMany(nodes, (node, signal) => observe(access, node, wanted, signal), {
    roundMs: timings.inspectRoundMs,
  });
  return nodes.map(
    (node) =>
      seen.find((observation) => observation.node.uuid === node.uuid) ?? {
        node,
        failure: `It did not answer within the ${timings.inspectRoundMs / 1000} s of the round`,
      },
  );
}

async function observe(
  access: ClusterAccess,
  node: RosterNode,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<NodeObservation> {
  try {
    return { node, facts: await factsOf(access, node, wanted, signal) };
  } catch (caught) {
    return { node, failure: clusterErrorFrom(caught).message };
  }
}

async function factsOf(
  access: ClusterAccess,
  node: RosterNode,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<NodeFacts> {
  const peer = nodeDaemonOf(node);
  const quick = { deadlineMs: timings.voteMs, signal };
  const [office, version, inspected, masterIp] = await Promise.all([
    getOffice(access, node),
    access.channels.call(peer, nodeServices.nodeVersion.GetNodeVersion, {}, quick),
    inspect(access, node, wanted, signal),
    wanted.script ? access.channels.call(peer, nodeServices.masterIp.GetMasterIp, {}, quick) : undefined,
  ]);
  return {
    ...inspected,
    masterIpHere: office.masterIpHere,
    masterDaemonInOffice: office.masterDaemon === 'MASTER_DAEMON_STATE_IN_OFFICE',
    softwareVersion: version.softwareVersion,
    protocolVersion: version.protocolVersion,
    masterIpScript: masterIp && scriptStates[masterIp.script],
  };
}

const scriptStates = {
  MASTER_IP_SCRIPT_STATE_UNSPECIFIED: undefined,
  MASTER_IP_SCRIPT_STATE_READY: 'ready',
  MASTER_IP_SCRIPT_STATE_MISSING: 'missing',
  MASTER_IP_SCRIPT_STATE_NOT_EXECUTABLE: 'not-executable',
} as const;

type Inspected = Omit<
  NodeFacts,
  'masterIpHere' | 'masterDaemonInOffice' | 'softwareVersion' | 'protocolVersion' | 'masterIpScript'
>;

/** The clocks are compared as NTP does it: the node tells when the question came and when the answer left. */
async function inspect(
  access: ClusterAccess,
  node: RosterNode,
  { volumeGroups, ssh }: Wanted,
  signal: AbortSignal,
): Promise<Inspected> {
  const options = { deadlineMs: timings.inspectMs, signal };
  const sentMs = access.clock.now().getTime();
  const answer = await access.channels.call(
    nodeDaemonOf(node),
    nodeServices.verify.InspectNode,
    { volumeGroups, ssh },
    options,
  );
  const backMs = access.clock.now().getTime();
  const { receivedAtMs, answeredAtMs } = answer;
  return {
    ...inspectionFrom(answer),
    clockOffsetMs: (receivedAtMs - sentMs + (answeredAtMs - backMs)) / 2,
    clockUncertaintyMs: Math.max(0, (backMs - sentMs - (answeredAtMs - receivedAtMs)) / 2),
  };
}
