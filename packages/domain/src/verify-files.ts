/** Rows of `verify` about files: the configuration's views, what all nodes share, modes, and what does not belong there. */
import { configurationFindings } from './validate-configuration.ts';
import { answered, type Answered, type FileSeen, type VerifyFacts } from './verify-facts.ts';
import { candidateIn, newestKnown } from './verify-mastership.ts';
import { mayShowEither, renewalIn } from './verify-renewal.ts';
import { aboutCluster, aboutNode, type Found, type VerifyCode, type VerifyRow } from './verify-row.ts';
import { compareVersions, describeVersion, sameVersion } from './version.ts';
import { ballotOf } from './votes.ts';

const configurationIsConsistent: VerifyRow = {
  name: 'configuration-is-consistent',
  finds({ roster, record }) {
    if (!record) {
      const message = 'No record could be read: what only it tells was not looked at';
      return [aboutCluster(roster, 'ECLUSTERCFG', message, { severity: 'warning' })];
    }
    const { fatal, warnings } = configurationFindings(record.configuration);
    return [...fatal, ...warnings].map((message) => aboutCluster(roster, 'ECLUSTERCFG', message));
  },
};

const nodesAreInGroups: VerifyRow = {
  name: 'nodes-are-in-groups',
  finds({ roster, record }) {
    const { nodes = {}, nodegroups = {} } = record?.configuration ?? {};
    const lost = Object.values(nodes).filter(({ group }) => !Object.hasOwn(nodegroups, group));
    if (lost.length === 0) return [];
    const names = lost.map(({ name }) => name).join(', ');
    return [
      aboutCluster(
        roster,
        'ECLUSTERDANGLINGNODES',
        `These nodes are in a group that does not exist: ${names}`,
      ),
    ];
  },
};

/** Mended by sending the configuration again: a node writes what differs. */
const ofViews = (
  name: string,
  code: VerifyCode,
  wrong: (seen: Answered, facts: VerifyFacts) => string | undefined,
): VerifyRow => ({
  name,
  finds: (facts) =>
    answered(facts).flatMap((seen): readonly Found[] => {
      const message = wrong(seen, facts);
      return message === undefined
        ? []
        : [aboutNode(seen.node, code, message, { repair: 'send-configuration' })];
    }),
});

const viewsAreOfOneVersion = ofViews('views-are-of-one-version', 'ENODEFILECHECK', ({ facts }) =>
  facts.ssconfComplete
    ? undefined
    : 'Its ssconf files are not the set that roster.json, which marks it, names',
);

/** Against what the node itself acknowledged: a node that lags as a whole is told by its vote. */
const viewsAreUpToDate = ofViews('views-are-up-to-date', 'ECLUSTERFILECHECK', ({ node, facts }, all) => {
  const ballot = ballotOf(node, all.ballots);
  const known = ballot?.kind === 'valid' ? ballot.vote.version : newestKnown(all);
  if (sameVersion(facts.ssconfVersion, known)) return undefined;
  const here = describeVersion(facts.ssconfVersion);
  return compareVersions(facts.ssconfVersion, known) === 0
    ? `Its roster.json is of another text than the configuration it acknowledged as ${here}`
    : `Its roster.json is of ${here}, and it acknowledged ${describeVersion(known)}`;
});

const viewsEqualTheRecord = ofViews('views-equal-the-record', 'ENODEFILECHECK', ({ facts }, all) => {
  const rosterDiffers =
    all.record !== undefined &&
    sameVersion(facts.ssconfVersion, all.record.version) &&
    facts.rosterDigest !== all.recordRosterDigest;
  const names = new Set([...facts.differingViews, ...(rosterDiffers ? ['roster.json'] : [])]);
  return names.size === 0 ? undefined : `Not what the record says: ${listed([...names])}`;
});

const sharedFilesAreEqual: VerifyRow = {
  name: 'shared-files-are-equal',
  finds(facts) {
    const seen = answered(facts);
    const names = [...new Set(seen.flatMap((n) => Object.keys(n.facts.sharedFileDigests)))].sort();
    return names.flatMap((name) => sharedFile(facts, seen, name));
  },
};

/** A file that is being renewed is compared among the nodes that are done with it. */
function sharedFile(facts: VerifyFacts, seen: readonly Answered[], name: string): readonly Found[] {
  const isRenewed = Object.hasOwn(renewalIn(facts)?.fingerprints ?? {}, name);
  const variants = new Map<string, string[]>();
  const missing: string[] = [];
  for (const { node, facts: its } of seen) {
    const digest = its.sharedFileDigests[name];
    if (digest === undefined) missing.push(node.name);
    else if (!isRenewed || !mayShowEither(facts, node))
      variants.set(digest, [...(variants.get(digest) ?? []), node.name]);
  }
  const sides = [...variants.values()].map((nodes) => nodes.join(', '));
  return [
    ...(sides.length > 1 ? [`${name} differs: one on ${sides.join('; another on ')}`] : []),
    ...(missing.length > 0 ? [`${name} is missing on ${missing.join(', ')}`] : []),
  ].map((message) => aboutCluster(facts.roster, 'ECLUSTERFILECHECK', message));
}

/** Those without which a daemon that is restarted does not come back. */
const neededFiles = {
  all: ['node.pem', 'client.pem', 'server.pem', 'voter.json'],
  candidates: ['config.data'],
} as const;

const nameOf = ({ path }: FileSeen): string => path.slice(path.lastIndexOf('/') + 1);

const filesAreThere: VerifyRow = {
  name: 'files-are-there',
  finds: (facts) =>
    answered(facts).flatMap(({ node, facts: { files } }) => {
      const found = new Set(files.map(nameOf));
      const lost = neededFiles.all.filter((name) => !found.has(name));
      const lostViews = candidateIn(facts, node) ? neededFiles.candidates.filter((n) => !found.has(n)) : [];
      return [
        ...lost.map((name) => aboutNode(node, 'ENODEFILECHECK', `${name} is missing`)),
        ...lostViews.map((name) =>
          aboutNode(node, 'ENODEFILECHECK', `${name} is missing`, { repair: 'send-configuration' }),
        ),
      ];
    }),
};

const octal = (mode: number): string => `0${mode.toString(8)}`;

const fileModes: VerifyRow = {
  name: 'file-modes',
  finds: (facts) =>
    answered(facts).flatMap(({ node, facts: { files } }) =>
      files
        .filter(({ mode, wantedMode }) => mode !== wantedMode)
        .map(({ path, mode, wantedMode }) => {
          // Less than is wanted is in the way of somebody; more lets somebody in.
          const severity = (mode & ~wantedMode) === 0 ? 'warning' : 'error';
          const message = `${path} has mode ${octal(mode)}, and must have ${octal(wantedMode)}`;
          return aboutNode(node, 'ENODEFILECHECK', message, { severity, repair: 'mend-files' });
        }),
    ),
};

const fileOwners: VerifyRow = {
  name: 'file-owners',
  finds: (facts) =>
    answered(facts).flatMap(({ node, facts: { files } }) =>
      files
        .filter(({ owner, wantedOwner }) => owner !== wantedOwner)
        .map(({ path, owner, wantedOwner }) => {
          const message = `${path} belongs to user ${owner}, and must belong to ${wantedOwner}`;
          return aboutNode(node, 'ENODEFILECHECK', message, { repair: 'mend-files' });
        }),
    ),
};

/** The key that makes new members of the cluster: candidates need it, and it is nobody else's. */
const clusterKeyPlace: VerifyRow = {
  name: 'cluster-key-place',
  finds: (facts) =>
    answered(facts).flatMap(({ node, facts: { holdsClusterKey } }) => {
      if (holdsClusterKey === candidateIn(facts, node)) return [];
      const message = holdsClusterKey
        ? 'It is no candidate, and its server.pem holds the private key of the cluster'
        : 'It is a candidate, and its server.pem lacks the private key of the cluster: as master it could add no node';
      return [aboutNode(node, 'QCLUSTERKEY', message)];
    }),
};

const temporaries: VerifyRow = {
  name: 'temporaries',
  finds: (facts) =>
    answered(facts).flatMap(({ node, facts: { temporaries: names } }) =>
      names.length === 0
        ? []
        : [
            aboutNode(node, 'QLEFTOVER', `Left by interrupted writes: ${listed(names)}`, {
              severity: 'warning',
              repair: 'mend-files',
            }),
          ],
    ),
};

const strangers: VerifyRow = {
  name: 'strangers',
  finds: (facts) =>
    answered(facts).flatMap(({ node, facts: { strangers: names } }) =>
      names.length === 0
        ? []
        : [
            aboutNode(
              node,
              'QLEFTOVER',
              `Files in the data directory that are not the cluster's: ${listed(names)}`,
              {
                severity: 'warning',
              },
            ),
          ],
    ),
};

/** A node keeps its record when it is a candidate no more; it holds what only candidates should know. */
const recordsLeftBehind: VerifyRow = {
  name: 'records-left-behind',
  finds: (facts) =>
    answered(facts).flatMap(({ node, facts: { files } }) => {
      if (candidateIn(facts, node)) return [];
      const names = files.map(nameOf).filter((name) => name === 'cluster.json' || name === 'config.data');
      const message = `It is no candidate, and still has ${names.join(' and ')}`;
      return names.length === 0
        ? []
        : [aboutNode(node, 'ECLUSTERFILECHECK', message, { severity: 'warning' })];
    }),
};

/** At most so many names in one sentence. */
const listedNames = 10;

const listed = (names: readonly string[]): string =>
  names.length <= listedNames
    ? names.join(', ')
    : `${names.slice(0, listedNames).join(', ')} and ${names.length - listedNames} more`;

export const fileRows: readonly VerifyRow[] = [
  configurationIsConsistent,
  nodesAreInGroups,
  viewsAreOfOneVersion,
  viewsAreUpToDate,
  viewsEqualTheRecord,
  sharedFilesAreEqual,
  filesAreThere,
  fileModes,
  fileOwners,
  clusterKeyPlace,
  temporaries,
  strangers,
  recordsLeftBehind,
];
