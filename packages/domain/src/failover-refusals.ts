/**
 * Why a node may not become master, one rule each: what an operator reads at three in the morning, so each names
 * the nodes it is about, their causes, and the way out.
 */
import { majorityOf } from './electorate.ts';
import { ClusterError } from './errors.ts';
import type { Scene } from './failover-scene.ts';
import { isCandidate, nodeByUuid, type NodeName, type NodeUuid, type Roster } from './roster.ts';
import { compareVersions, describeVersion, newestVersion, sameVersion } from './version.ts';
import { ballotOf, tally } from './votes.ts';

/**
 * Already master only if a majority agrees, so that a failover that broke off is run again to finish it; and only
 * if no voter has promised a later epoch, in which the master could not go on: then it must be elected anew.
 */
export function notEligible(scene: Scene): ClusterError | undefined {
  const { own, self, roster, masterships, otherMasters } = scene;
  const absent = [own, roster.master ?? own].find((uuid) => !nodeByUuid(roster, uuid));
  if (!self || absent !== undefined) return unknownNode(absent ?? own, roster);
  const verdict = tally(scene.ballots, scene.electorate);
  const agreed = verdict.kind === 'agreed' && verdict.master.node === own ? verdict.master : undefined;
  const undisputed = masterships.every(({ node, epoch }) => node === own && epoch === agreed?.epoch);
  if (agreed && undisputed && scene.highestEpoch === agreed.epoch && scene.anewAbove === undefined) {
    return new ClusterError('ALREADY_MASTER', `${self.name} is the master already`, {
      hint: 'Run the failover on the candidate that is to become master',
    });
  }
  if (isCandidate(self)) return undefined;
  const candidates = roster.nodes.filter((node) => isCandidate(node) && !otherMasters.includes(node));
  return new ClusterError(
    'NOT_A_MASTER_CANDIDATE',
    `${self.name} is not a master candidate; candidates are ${list(candidates)}`,
    {
      hint: 'Run the failover on one of them',
    },
  );
}

const unknownNode = (uuid: NodeUuid, { clusterName, master }: Roster): ClusterError =>
  new ClusterError(
    'NODE_UNKNOWN',
    `${uuid === master ? 'The master' : 'This node'} (${uuid}) is not in the configuration of ${clusterName}`,
    { hint: 'Run quorate verify, or the failover on another candidate' },
  );

/** Names exactly the voters that did not answer, each with its cause. */
export function noMajority({ electorate, silent }: Scene): ClusterError | undefined {
  const needed = majorityOf(electorate.length);
  const answered = electorate.length - silent.length;
  if (answered >= needed) return undefined;
  const found = `${needed} of ${electorate.length} nodes needed, ${answered} answered`;
  return new ClusterError('NO_MAJORITY', sentence(found, silent), {
    hint:
      `Bring back ${needed - answered} of them; only if that is impossible, and no other node serves as master, ` +
      'use --no-voting --yes-do-it',
    facts: {
      needed: String(needed),
      answered: String(answered),
      silent: silent.map(({ node }) => node.name).join(','),
    },
  });
}

/** A version was acknowledged whose text nobody here holds: to go on without it could lose committed changes. */
export function newestOutOfReach({ newest, ownVersion, answers, silent }: Scene): ClusterError | undefined {
  if (ownVersion && sameVersion(ownVersion, newest)) return undefined;
  const knowing = answers.filter(({ vote }) => sameVersion(vote.version, newest)).map(({ node }) => node);
  const found = `Nobody who answers holds the newest configuration (${describeVersion(newest)}), known to ${list(knowing)}`;
  return new ClusterError('NEWER_CONFIGURATION_ELSEWHERE', sentence(found, silent), {
    hint: 'Bring back a master candidate that holds it; --no-voting --yes-do-it gives up the changes it has',
    facts: {
      epoch: String(newest.epoch),
      serial: String(newest.serial),
      knownTo: knowing.map(({ name }) => name).join(','),
    },
  });
}

/** Two masters of one epoch cannot be, unless somebody went around the vote; a person has to look (BEH-053). */
export function twoMasters({ masterships, roster }: Scene): ClusterError | undefined {
  const uuids = [...new Set(masterships.map(({ node }) => node))];
  if (uuids.length < 2) return undefined;
  const names = uuids.map((uuid) => nodeByUuid(roster, uuid)?.name ?? uuid).join(' and ');
  return new ClusterError(
    'VOTES_SPLIT',
    `${names} are both named as master of epoch ${masterships[0]?.epoch}`,
    {
      hint: 'See with quorate status which of them serves, and stop the others',
    },
  );
}

export function stillServing({ otherMasters, ballots }: Scene): ClusterError | undefined {
  const serving = otherMasters.find((node) => {
    const ballot = ballotOf(node, ballots);
    return ballot?.kind === 'valid' && ballot.vote.master.node === node.uuid;
  });
  if (!serving) return undefined;
  return new ClusterError('MASTER_STILL_SERVING', `${serving.name} answers and names itself master`, {
    hint: `Use failover without --no-voting, or stop quorate-masterd and quorate-noded on ${serving.name} first`,
  });
}

export function nothingToStartFrom({ heldVersions }: Scene): ClusterError | undefined {
  if (newestVersion(heldVersions).epoch > 0) return undefined;
  return new ClusterError(
    'NEWER_CONFIGURATION_ELSEWHERE',
    'No node that answers holds a readable configuration',
    {
      hint: 'Run the failover on a candidate that holds one',
    },
  );
}

/** Without voting: the newest configuration that is known of would be given up. */
export function changesOutOfReach({ newest, heldVersions, silent }: Scene): ClusterError | undefined {
  const held = newestVersion(heldVersions);
  if (compareVersions(held, newest) >= 0) return undefined;
  return new ClusterError(
    'NEWER_CONFIGURATION_ELSEWHERE',
    sentence(`No node that answers holds ${describeVersion(newest)}, only ${describeVersion(held)}`, silent),
    { hint: 'Bring back a candidate that holds it, or add --accept-data-loss to give its changes up' },
  );
}

const list = (nodes: readonly { readonly name: NodeName }[]): string =>
  nodes.length === 0 ? 'none' : nodes.map(({ name }) => name).join(', ');

const sentence = (found: string, silent: Scene['silent']): string =>
  [found, ...silent.map(({ cause }) => cause)].join('; ');
