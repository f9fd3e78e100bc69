/** Rows of `verify` about mastership: do the nodes answer, agree, vote with the newest configuration, and is the office in one place. */
import { electorateOf } from './electorate.ts';
import { nodeByUuid, type NodeUuid, type RosterNode } from './roster.ts';
import { answered, type VerifyFacts } from './verify-facts.ts';
import { aboutCluster, aboutNode, type Found, type VerifyRow } from './verify-row.ts';
import { compareVersions, describeVersion, newestVersion, sameVersion, type Version } from './version.ts';
import type { Ballot, Vote } from './vote.ts';
import type { Mastership } from './voter-record.ts';
import { tally, type Verdict } from './votes.ts';

const verdictOf = ({ roster, ballots }: VerifyFacts): Verdict => tally(ballots, electorateOf(roster));

const agreedMaster = (facts: VerifyFacts): Mastership | undefined => {
  const verdict = verdictOf(facts);
  return verdict.kind === 'agreed' ? verdict.master : undefined;
};

type Cast = Ballot & { readonly vote: Vote };

/** Ballots that are of this cluster and of the node that was asked. */
const cast = ({ ballots }: VerifyFacts): readonly Cast[] =>
  ballots.filter((b): b is Cast => b.kind === 'valid');

/** The newest configuration that any voter acknowledged; of the roster if none did answer. */
export const newestKnown = (facts: VerifyFacts): Version =>
  newestVersion([facts.roster.version, ...cast(facts).map(({ vote }) => vote.version)]);

const nodesAnswer: VerifyRow = {
  name: 'nodes-answer',
  finds: ({ nodes }) =>
    nodes.flatMap(({ node, failure }) =>
      failure === undefined ? [] : [aboutNode(node, 'ENODERPC', failure)],
    ),
};

const offlineNodes: VerifyRow = {
  name: 'offline-nodes',
  finds: ({ roster }) =>
    roster.nodes
      .filter(({ role }) => role === 'offline')
      .map((node) =>
        aboutNode(node, 'ENODERPC', 'It is marked offline and was not asked', { severity: 'notice' }),
      ),
};

const oneMaster: VerifyRow = {
  name: 'one-master',
  finds(facts) {
    const verdict = verdictOf(facts);
    if (verdict.kind === 'agreed') return [];
    const message =
      verdict.kind === 'split'
        ? 'The nodes do not agree on a master'
        : `Only ${verdict.valid} of ${verdict.needed} needed votes were given`;
    return [aboutCluster(facts.roster, 'QMASTER', message)];
  },
};

/** Exactly one host has the address, and it is the master's. */
const masterIpPlace: VerifyRow = {
  name: 'master-ip-place',
  finds(facts) {
    const { address } = facts.roster.masterIp;
    const holders = `It holds the master IP ${address}, and no majority names it master`;
    const lacking = `It is the master and does not hold the master IP ${address}`;
    return misplaced(facts, 'ENODENET', (seen) => seen.masterIpHere, holders, lacking);
  },
};

const masterInOffice: VerifyRow = {
  name: 'master-in-office',
  finds: (facts) =>
    misplaced(
      facts,
      'QMASTER',
      (seen) => seen.masterDaemonInOffice,
      'Its master daemon is in office, and no majority names it master',
      'It is the master and its master daemon is not in office',
    ),
};

function misplaced(
  facts: VerifyFacts,
  code: 'ENODENET' | 'QMASTER',
  has: (seen: ReturnType<typeof answered>[number]['facts']) => boolean,
  unduly: string,
  lacking: string,
): readonly Found[] {
  const master = agreedMaster(facts)?.node;
  return answered(facts).flatMap(({ node, facts: seen }) => {
    if (has(seen) === (node.uuid === master)) return [];
    return [aboutNode(node, code, has(seen) ? unduly : lacking)];
  });
}

/** An answer that is no vote, from a node that could be looked at. */
const votesAreValid: VerifyRow = {
  name: 'votes-are-valid',
  finds(facts) {
    const known = new Set(answered(facts).map(({ node }) => node.uuid));
    return facts.ballots.flatMap((ballot) =>
      ballot.kind === 'valid' || (ballot.kind === 'unreachable' && !known.has(ballot.node.uuid))
        ? []
        : [aboutNode(ballot.node, 'QVOTER', `It gives no valid vote: ${ballot.why}`)],
    );
  },
};

const votersFollow: VerifyRow = {
  name: 'voters-follow',
  finds(facts) {
    const master = agreedMaster(facts);
    if (!master) return [];
    return cast(facts).flatMap(({ node, vote }) => [
      ...namesAnother(facts, node, vote, master),
      ...(vote.epoch > master.epoch
        ? [
            aboutNode(
              node,
              'QVOTER',
              `It has seen epoch ${vote.epoch}, and the master holds epoch ${master.epoch}`,
              { severity: 'warning' },
            ),
          ]
        : []),
    ]);
  },
};

function namesAnother(
  { roster }: VerifyFacts,
  node: RosterNode,
  vote: Vote,
  master: Mastership,
): readonly Found[] {
  if (!vote.master || (vote.master.node === master.node && vote.master.epoch === master.epoch)) return [];
  const words = ({ node: uuid, epoch }: Mastership) =>
    `${nodeByUuid(roster, uuid)?.name ?? uuid} in epoch ${epoch}`;
  const message = `It names ${words(vote.master)} master, the majority ${words(master)}`;
  return [aboutNode(node, 'QVOTER', message, { repair: 'send-configuration' })];
}

const votersAreUpToDate: VerifyRow = {
  name: 'voters-are-up-to-date',
  finds(facts) {
    const newest = newestKnown(facts);
    return cast(facts).flatMap(({ node, vote }) =>
      sameVersion(vote.version, newest)
        ? []
        : [aboutNode(node, 'QVOTER', behind(vote.version, newest), { repair: 'send-configuration' })],
    );
  },
};

const behind = (known: Version, newest: Version): string =>
  compareVersions(known, newest) === 0
    ? `It knows another text as ${describeVersion(known)}`
    : `It knows ${describeVersion(known)}; the newest is ${describeVersion(newest)}`;

/** Whether the node is a candidate is the record's word, where there is one. */
export const candidateIn = ({ record }: VerifyFacts, node: RosterNode): boolean =>
  record?.configuration.nodes[node.uuid]?.master_candidate ?? isCandidateRole(node);

const isCandidateRole = ({ role }: RosterNode): boolean => role === 'master' || role === 'candidate';

const candidatesHoldTheRecord: VerifyRow = {
  name: 'candidates-hold-the-record',
  finds: (facts) =>
    cast(facts).flatMap(({ node, vote }) => {
      const { holds, version } = vote;
      if (!candidateIn(facts, node) || (holds && sameVersion(holds, version))) return [];
      const has = holds ? describeVersion(holds) : 'none that can be read';
      return [
        aboutNode(
          node,
          'ECLUSTERFILECHECK',
          `It is a candidate and acknowledged ${describeVersion(version)}, but the record on its disk is ${has}`,
          { repair: 'send-configuration' },
        ),
      ];
    }),
};

export const mastershipRows: readonly VerifyRow[] = [
  nodesAnswer,
  offlineNodes,
  oneMaster,
  masterIpPlace,
  masterInOffice,
  votesAreValid,
  votersFollow,
  votersAreUpToDate,
  candidatesHoldTheRecord,
];

/** The master that a majority agrees on; null without one. */
export const masterOf = (facts: VerifyFacts): NodeUuid | null => agreedMaster(facts)?.node ?? null;
