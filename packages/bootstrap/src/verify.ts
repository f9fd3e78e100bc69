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
import { isCandidate, nodeByUuid, type Roster, type RosterNode } from '@quorate/domain/roster';
import { protocolVersion, softwareVersion } from '@quorate/domain/software';
import { timings } from '@quorate/domain/timings';
import { verifyFindings, type VerifyFinding } from '@quorate/domain/verify';
import type { NodeFacts, NodeObservation, VerifyFacts } from '@quorate/domain/verify-facts';
import type { VerifyCode } from '@quorate/domain/verify-row';
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

/**
 * One look, judged. What a change that is on its way looks like, half-written views and voters behind, is looked at
 * once more when the master has had time to push it. Findings of `ignored` codes are warnings.
 *
 * Fails with NOT_A_MASTER_CANDIDATE on a node that is none: it may not look at others, nor read the record.
 */
export async function examine(
  access: ClusterAccess,
  state: State,
  ignored: readonly VerifyCode[] = [],
): Promise<Examination> {
  const look = async (): Promise<Examination> => {
    const facts = await gatherVerifyFacts(access, state, await readRoster(state));
    return { facts, findings: verifyFindings(facts, ignored) };
  };
  const first = await look();
  if (!first.findings.some(({ repair }) => repair === 'send-configuration')) return first;
  await access.clock.sleep(timings.surveyIntervalMs);
  return look();
}

interface Wanted {
  readonly volumeGroups: boolean;
  readonly ssh: boolean;
}

/** One round. */
export async function gatherVerifyFacts(
  access: ClusterAccess,
  state: State,
  roster: Roster,
): Promise<VerifyFacts> {
  assertCandidate(access, roster);
  const own = await readClusterRecord(state).catch(() => undefined);
  const wanted = {
    volumeGroups: neededVolumeGroup({ record: own }) !== undefined,
    ssh: own?.configuration.cluster.modify_ssh_setup === true,
  };
  const [ballots, nodes] = await Promise.all([
    gatherVotes(access, roster),
    observeAll(access, electorateOf(roster), wanted),
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
  };
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
  const [office, version, inspected] = await Promise.all([
    getOffice(access, node),
    access.channels.call(peer, nodeServices.nodeVersion.GetNodeVersion, {}, quick),
    inspect(access, node, wanted, signal),
  ]);
  return {
    ...inspected,
    masterIpHere: office.masterIpHere,
    masterDaemonInOffice: office.masterDaemon === 'MASTER_DAEMON_STATE_IN_OFFICE',
    softwareVersion: version.softwareVersion,
    protocolVersion: version.protocolVersion,
  };
}

type Inspected = Omit<
  NodeFacts,
  'masterIpHere' | 'masterDaemonInOffice' | 'softwareVersion' | 'protocolVersion'
>;

/** The clocks are compared as NTP does it: the node tells when the question came and when the answer left. */
async function inspect(
  access: ClusterAccess,
  node: RosterNode,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Inspected> {
  const options = { deadlineMs: timings.inspectMs, signal };
  const sentMs = access.clock.now().getTime();
  const answer = await access.channels.call(
    nodeDaemonOf(node),
    nodeServices.verify.InspectNode,
    wanted,
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
