/** Gathers from every node what `verify` judges: votes, office, files, clocks; all at once, offline nodes skipped. */
import { electorateOf } from '@quorate/domain/electorate';
import { clusterErrorFrom } from '@quorate/domain/errors';
import type { Roster, RosterNode } from '@quorate/domain/roster';
import { protocolVersion, softwareVersion } from '@quorate/domain/software';
import { timings } from '@quorate/domain/timings';
import type { NodeObservation, VerifyFacts } from '@quorate/domain/verify';
import { versionFrom } from '@quorate/rpc/messages';
import { nodeServices } from '@quorate/rpc/services';
import { nodeDaemonOf, type ClusterAccess } from './cluster-access.ts';
import { getOffice } from './office.ts';
import { gatherVotes } from './votes.ts';

export async function gatherVerifyFacts(access: ClusterAccess, roster: Roster): Promise<VerifyFacts> {
  const [ballots, nodes] = await Promise.all([
    gatherVotes(access, roster),
    Promise.all(electorateOf(roster).map((node) => observe(access, node))),
  ]);
  return {
    roster,
    ballots,
    nodes,
    nowSeconds: access.clock.now().getTime() / 1000,
    softwareVersion,
    protocolVersion,
  };
}

async function observe(access: ClusterAccess, node: RosterNode): Promise<NodeObservation> {
  try {
    return { node, facts: await factsOf(access, node) };
  } catch (caught) {
    return { node, failure: clusterErrorFrom(caught).message };
  }
}

async function factsOf(
  access: ClusterAccess,
  node: RosterNode,
): Promise<NonNullable<NodeObservation['facts']>> {
  const peer = nodeDaemonOf(node);
  const options = { deadlineMs: timings.voteMs };
  const office = await getOffice(access, node);
  const version = await access.channels.call(peer, nodeServices.nodeVersion.GetNodeVersion, {}, options);
  const before = access.clock.now().getTime();
  const facts = await access.channels.call(peer, nodeServices.verify.GetNodeFacts, {}, options);
  const halfTrip = (access.clock.now().getTime() - before) / 2;
  return {
    masterIpHere: office.masterIpHere,
    masterDaemonInOffice: office.masterDaemon === 'MASTER_DAEMON_STATE_IN_OFFICE',
    ssconfVersion: versionFrom(facts.ssconfVersion),
    ssconfComplete: facts.ssconfComplete,
    certificateNotAfterSeconds: facts.certificateNotAfter,
    sharedFileDigests: facts.sharedFileDigests,
    softwareVersion: version.softwareVersion,
    protocolVersion: version.protocolVersion,
    clockOffsetMs: facts.clockMs - (before + halfTrip),
    clockUncertaintyMs: halfTrip,
  };
}
