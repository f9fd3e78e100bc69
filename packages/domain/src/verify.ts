/**
 * What `verify` finds wrong, out of facts gathered from every node. Pure; what exists of it so far: answers,
 * versions, clocks, agreement on the master, the master IP on exactly one host, equal configurations, complete
 * ssconf sets, shared files, certificates' ends.
 *
 * Codes are Ganeti's where it has one (spec cli.md §2); ours begin with Q.
 */
import { electorateOf } from './electorate.ts';
import { nodeByUuid, type Roster, type RosterNode } from './roster.ts';
import { sameVersion, type Version } from './version.ts';
import type { Ballot } from './vote.ts';
import { tally } from './votes.ts';

export interface NodeObservation {
  readonly node: RosterNode;
  /** Undefined if the node did not answer. */
  readonly facts?: {
    readonly masterIpHere: boolean;
    readonly masterDaemonInOffice: boolean;
    readonly ssconfVersion: Version;
    readonly ssconfComplete: boolean;
    readonly certificateNotAfterSeconds: Readonly<Record<string, number>>;
    readonly sharedFileDigests: Readonly<Record<string, string>>;
    readonly softwareVersion: string;
    readonly protocolVersion: number;
    /** Its wall clock less ours, ms, taken at the middle of the call; half the call's time is the uncertainty. */
    readonly clockOffsetMs: number;
    readonly clockUncertaintyMs: number;
  };
  readonly failure?: string;
}

export interface VerifyFacts {
  readonly roster: Roster;
  readonly ballots: readonly Ballot[];
  readonly nodes: readonly NodeObservation[];
  readonly nowSeconds: number;
  readonly softwareVersion: string;
  readonly protocolVersion: number;
}

export interface VerifyFinding {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly domain: 'cluster' | 'node';
  readonly name: string;
  readonly message: string;
}

/** Ganeti's allowance between two clocks. */
const clockAllowanceMs = 150_000;
const daySeconds = 86_400;

type Rule = (facts: VerifyFacts) => readonly VerifyFinding[];
type Observed = NodeObservation & { readonly facts: NonNullable<NodeObservation['facts']> };

const observed = ({ nodes }: VerifyFacts): readonly Observed[] =>
  nodes.filter((n): n is Observed => n.facts !== undefined);

const aboutNode = (
  node: RosterNode,
  code: string,
  message: string,
  severity: 'error' | 'warning' = 'error',
): VerifyFinding => ({
  severity,
  code,
  domain: 'node',
  name: node.name,
  message,
});

const aboutCluster = (roster: Roster, code: string, message: string): VerifyFinding => ({
  severity: 'error',
  code,
  domain: 'cluster',
  name: roster.clusterName,
  message,
});

const answers: Rule = ({ nodes }) =>
  nodes.flatMap(({ node, failure }) => (failure === undefined ? [] : [aboutNode(node, 'ENODERPC', failure)]));

const protocols: Rule = (facts) =>
  observed(facts)
    .filter((n) => n.facts.protocolVersion !== facts.protocolVersion)
    .map(({ node, facts: { protocolVersion } }) =>
      aboutNode(
        node,
        'ENODEVERSION',
        `It speaks protocol ${protocolVersion}, this host ${facts.protocolVersion}`,
      ),
    );

const releases: Rule = (facts) =>
  observed(facts)
    .filter((n) => n.facts.softwareVersion !== facts.softwareVersion)
    .map(({ node, facts: { softwareVersion } }) =>
      aboutNode(
        node,
        'ENODEVERSION',
        `It runs release ${softwareVersion}, this host ${facts.softwareVersion}`,
        'warning',
      ),
    );

const clocks: Rule = (facts) =>
  observed(facts)
    .filter((n) => Math.abs(n.facts.clockOffsetMs) > clockAllowanceMs + n.facts.clockUncertaintyMs)
    .map(({ node, facts: { clockOffsetMs } }) =>
      aboutNode(
        node,
        'ENODETIME',
        `Its clock differs by ${Math.round(clockOffsetMs / 1000)} s from this host's`,
      ),
    );

const agreement: Rule = ({ roster, ballots }) => {
  const verdict = tally(ballots, electorateOf(roster));
  if (verdict.kind === 'agreed') {
    return nodeByUuid(roster, verdict.master.node)
      ? []
      : [aboutCluster(roster, 'QMASTER', 'The master is not a node of the cluster')];
  }
  const message =
    verdict.kind === 'split'
      ? 'The nodes do not agree on a master'
      : `Only ${verdict.valid} of ${verdict.needed} needed votes were given`;
  return [aboutCluster(roster, 'QMASTER', message)];
};

/** Exactly one host has the address, and it is the master's; the same for the master daemon's office. */
const oneMaster: Rule = (facts) => {
  const { roster, ballots } = facts;
  const verdict = tally(ballots, electorateOf(roster));
  const master = verdict.kind === 'agreed' ? verdict.master.node : undefined;
  const seen = observed(facts);
  const misplaced = seen.filter((n) => n.facts.masterIpHere && n.node.uuid !== master);
  const usurpers = seen.filter((n) => n.facts.masterDaemonInOffice && n.node.uuid !== master);
  const lacking = seen.filter((n) => n.node.uuid === master && !n.facts.masterIpHere);
  const idle = seen.filter((n) => n.node.uuid === master && !n.facts.masterDaemonInOffice);
  return [
    ...misplaced.map(({ node }) =>
      aboutNode(
        node,
        'ENODENET',
        `It holds the master IP ${roster.masterIp.address}, and no majority names it master`,
      ),
    ),
    ...usurpers.map(({ node }) =>
      aboutNode(node, 'QMASTER', 'Its master daemon is in office, and no majority names it master'),
    ),
    ...lacking.map(({ node }) =>
      aboutNode(
        node,
        'ENODENET',
        `It is the master and does not hold the master IP ${roster.masterIp.address}`,
      ),
    ),
    ...idle.map(({ node }) =>
      aboutNode(node, 'QMASTER', 'It is the master and its master daemon is not in office'),
    ),
  ];
};

const configurations: Rule = (facts) => {
  const { roster } = facts;
  return observed(facts).flatMap(({ node, facts: { ssconfComplete, ssconfVersion } }) => {
    if (!ssconfComplete)
      return [aboutNode(node, 'ENODEFILECHECK', 'Its ssconf files are not of one version')];
    return sameVersion(ssconfVersion, roster.version)
      ? []
      : [aboutNode(node, 'ECLUSTERFILECHECK', "Its configuration differs from this host's")];
  });
};

const sharedFiles: Rule = (facts) => {
  const seen = observed(facts);
  const names = [...new Set(seen.flatMap((n) => Object.keys(n.facts.sharedFileDigests)))];
  return names.flatMap((name) => {
    const digests = new Set(seen.flatMap((n) => n.facts.sharedFileDigests[name] ?? []));
    const without = seen.filter((n) => n.facts.sharedFileDigests[name] === undefined).map((n) => n.node.name);
    return [
      ...(digests.size > 1
        ? [aboutCluster(facts.roster, 'ECLUSTERFILECHECK', `${name} differs between nodes`)]
        : []),
      ...(without.length > 0
        ? [aboutCluster(facts.roster, 'ECLUSTERFILECHECK', `${name} is missing on ${without.join(', ')}`)]
        : []),
    ];
  });
};

/** Ganeti's limits: a week left is an error, a month a warning; by a clock that is as fast as allowed (BEH-289). */
const certificateEnds: Rule = (facts) =>
  observed(facts).flatMap(({ node, facts: { certificateNotAfterSeconds } }) =>
    Object.entries(certificateNotAfterSeconds).flatMap(([name, end]) => {
      const daysLeft = (end - facts.nowSeconds - clockAllowanceMs / 1000) / daySeconds;
      if (daysLeft > 30) return [];
      const code = name === 'client.pem' ? 'ECLUSTERCLIENTCERT' : 'ECLUSTERCERT';
      const message =
        daysLeft < 0 ? `${name} has expired` : `${name} expires in ${Math.floor(daysLeft)} days`;
      return [aboutNode(node, code, message, daysLeft <= 7 ? 'error' : 'warning')];
    }),
  );

const rules: readonly Rule[] = [
  answers,
  protocols,
  releases,
  clocks,
  agreement,
  oneMaster,
  configurations,
  sharedFiles,
  certificateEnds,
];

export const verifyFindings = (facts: VerifyFacts): readonly VerifyFinding[] =>
  rules.flatMap((rule) => rule(facts));
