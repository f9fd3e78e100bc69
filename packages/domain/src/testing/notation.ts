/**
 * The small notation in which tests of the mastership rules are written: nodes are q1, q2, …; a cluster is one
 * letter per node, a round of votes one word per node, in the same order.
 *
 *   'M C R O'       q1 is master, q2 candidate, q3 regular, q4 offline (D is drained)
 *   'M C80 Cp C0p'  q2 has priority 80, q3 is paused until resumed, q4 is both; in a roster only
 *   '1 1 2@5 - x'   two nodes name q1 (in epoch 1), one names q2 in epoch 5, one has no opinion, one is unreachable
 *
 *   -      knows of no master             ?      names a node nobody knows       x   does not answer
 *   f      belongs to another cluster     w      another node answers for it     .   no ballot (yet)
 *   1@3:12 knows version (epoch 3, serial 12) and, if a candidate, holds its text
 *   1@3:12~ knows it without holding its text; it holds serial 11
 *   1@3^7  has seen epoch 7
 *   1@3!2  promised q2 a lease that has a second left
 */
import type { Candidacy } from '../candidacy.ts';
import { initialParameters } from '../parameters.ts';
import type { Configuration, Draft, NodeObject } from '../configuration.ts';
import { isCandidate, type NodeUuid, type Role, type Roster, type RosterNode } from '../roster.ts';
import type { Version } from '../version.ts';
import type { Ballot, Vote } from '../vote.ts';
import { judgeVote } from '../votes.ts';

const roles: Readonly<Record<string, Role>> = {
  M: 'master',
  C: 'candidate',
  R: 'regular',
  D: 'drained',
  O: 'offline',
};

const words = (line: string): readonly string[] => line.split(' ').filter((word) => word !== '');

export const uuidOf = (k: number | string): NodeUuid => `uuid-${k}`;

export const versionOf = (epoch: number, serial: number, text = ''): Version => ({
  epoch,
  serial,
  digest: `digest-${epoch}-${serial}${text}`,
});

/** `version` is that of the roster, (1, 10) unless told. */
export function rosterFrom(line: string, version: Version = versionOf(1, 10)): Roster {
  const nodes = words(line).map((word, index) => nodeFrom(index + 1, word));
  return {
    clusterUuid: 'cluster-uuid',
    clusterName: 'cluster.lab',
    version,
    master: nodes.find((node) => node.role === 'master')?.uuid ?? null,
    masterIp: { address: '10.77.0.100', netmask: 32, device: 'eth0', family: 4 },
    nodes,
    parameters: initialParameters,
    ssconfDigest: '',
  };
}

const nodeFrom = (k: number, word: string): RosterNode => ({
  uuid: uuidOf(k),
  name: `q${k}.lab`,
  address: `10.77.0.${k}`,
  nodePort: 1811,
  masterPort: 1816,
  role: roles[word.charAt(0)] ?? 'regular',
  ...candidacyFrom(word),
});

function candidacyFrom(word: string): Candidacy {
  const [, priority, paused] = /^[A-Z](\d+)?(p)?$/.exec(word) ?? [];
  return {
    ...(priority !== undefined && { priority: Number(priority) }),
    ...(paused && { pausedUntilSeconds: null }),
  };
}

/** The ballots of a round over all nodes of the roster. */
export const ballotsFrom = (line: string, roster: Roster): readonly Ballot[] =>
  words(line).flatMap((word, index) => {
    const node = roster.nodes[index];
    if (!node) throw new Error(`'${line}' has more votes than the cluster has nodes`);
    return ballotFrom(word, node, roster) ?? [];
  });

function ballotFrom(word: string, node: RosterNode, roster: Roster): Ballot | undefined {
  if (word === '.') return undefined;
  if (word === 'x') return { kind: 'unreachable', node, reason: 'UNREACHABLE', why: 'connection timed out' };
  return judgeVote(node, voteFrom(word, node), roster);
}

function voteFrom(word: string, node: RosterNode): Vote {
  const [, opinion = '', at = '1', serial = '10', lacksText, seen, holder] =
    /^(\d+|[-?fw])(?:@(\d+))?(?::(\d+))?(~)?(?:\^(\d+))?(?:!(\d+))?$/.exec(word) ?? failOn(word);
  const epoch = Number(at);
  const version = versionOf(epoch, Number(serial));
  const held = lacksText ? versionOf(epoch, Number(serial) - 1) : version;
  return {
    clusterUuid: opinion === 'f' ? 'another-cluster' : 'cluster-uuid',
    node: opinion === 'w' ? 'another-node' : node.uuid,
    master: opinion === '-' ? null : { node: masterNamed(opinion), epoch },
    epoch: Number(seen ?? at),
    version,
    holds: isCandidate(node) ? held : null,
    clockMs: 0,
    softwareVersion: '0.1.0',
    leaseLeftMs: holder ? 1_000 : 0,
    leaseHolder: holder ? uuidOf(holder) : null,
  };
}

const masterNamed = (opinion: string): NodeUuid =>
  opinion === '?' ? 'uuid-of-nobody' : uuidOf(/\d/.test(opinion) ? opinion : 1);

const failOn = (word: string): never => {
  throw new Error(`'${word}' is not a vote`);
};

/** As much of a configuration as the mastership rules look at. */
export function draftFrom(
  line: string,
  names: readonly number[] = words(line).map((_, index) => index + 1),
): Draft {
  const nodes = Object.fromEntries(
    words(line).map((letter, index) => [
      uuidOf(names[index] ?? index + 1),
      { master_candidate: letter === 'M' || letter === 'C', offline: letter === 'O' } as NodeObject,
    ]),
  );
  const master = words(line).indexOf('M');
  const cluster = { master_node: master < 0 ? '' : uuidOf(names[master] ?? master + 1) };
  return {
    configuration: { cluster, nodes } as unknown as Configuration,
    ours: { epoch: 1, nodes: {}, parameters: initialParameters, history: [] },
  };
}
