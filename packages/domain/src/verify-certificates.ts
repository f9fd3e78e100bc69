/**
 * Rows of `verify` about certificates: their ends, who signed them, and whether those that are shown are those that
 * the configuration knows.
 *
 * Counterpart in Ganeti: LUClusterVerifyConfig (VerifyCertificate) and _VerifyClientCertificates of lib/cmdlib/cluster/verify.py.
 */
import { certificateLevel, daysLeft } from './certificate-life.ts';
import { mayShowEither, renewalIn } from './verify-renewal.ts';
import { answered, type Answered, type CertificateSeen, type VerifyFacts } from './verify-facts.ts';
import { aboutCluster, aboutNode, type Found, type VerifyCode, type VerifyRow } from './verify-row.ts';
import { candidateIn } from './verify-mastership.ts';

/** Ganeti's allowance between two clocks: certificates are judged by one that is as fast as allowed (BEH-289). */
const clockAllowanceSeconds = 150;

/** The same on all nodes, so one finding is enough. */
const sharedCertificates = ['server.pem', 'rapi.pem', 'spice.pem', 'spice-ca.pem'];

const codeOf = (file: string): VerifyCode => (file === 'client.pem' ? 'ECLUSTERCLIENTCERT' : 'ECLUSTERCERT');

interface Shown {
  readonly seen: Answered;
  readonly certificate: CertificateSeen;
}

const shown = (facts: VerifyFacts): readonly Shown[] =>
  answered(facts).flatMap((seen) => seen.facts.certificates.map((certificate) => ({ seen, certificate })));

/** One of each that is the same everywhere, all of the others. */
function distinct(facts: VerifyFacts): readonly Shown[] {
  const told = new Set<string>();
  return shown(facts).filter(({ certificate: { file, sha256, problem } }) => {
    if (problem !== '' || !sharedCertificates.includes(file)) return true;
    const key = `${file} ${sha256}`;
    if (told.has(key)) return false;
    told.add(key);
    return true;
  });
}

function about(
  { roster }: VerifyFacts,
  { seen, certificate: { file } }: Shown,
  message: string,
  severity: Found['severity'] = 'error',
): Found {
  return sharedCertificates.includes(file)
    ? aboutCluster(roster, codeOf(file), message, { severity })
    : aboutNode(seen.node, codeOf(file), message, { severity });
}

const certificatesCanBeRead: VerifyRow = {
  name: 'certificates-can-be-read',
  finds: (facts) =>
    shown(facts)
      .filter(({ certificate }) => certificate.problem !== '')
      .map(({ seen, certificate: { file, problem } }) =>
        aboutNode(seen.node, codeOf(file), `${file} cannot be read: ${problem}`),
      ),
};

const readable = (facts: VerifyFacts): readonly Shown[] =>
  distinct(facts).filter(({ certificate }) => certificate.problem === '');

function whenItEnds(days: number): string {
  if (days < 0) return 'has expired';
  return days < 1 ? 'expires within a day' : `expires in ${Math.floor(days)} days`;
}

/** Ganeti's limits, a week an error and a month a warning; a quarter of a year is a notice. */
const certificatesLast: VerifyRow = {
  name: 'certificates-last',
  finds: (facts) =>
    readable(facts).flatMap((each): readonly Found[] => {
      const { file, notAfterSeconds, notBeforeSeconds } = each.certificate;
      if (notBeforeSeconds > facts.nowSeconds + clockAllowanceSeconds)
        return [about(facts, each, `${file} is not valid yet`, 'warning')];
      const days = daysLeft(notAfterSeconds, facts.nowSeconds + clockAllowanceSeconds);
      const level = certificateLevel(days);
      if (!level) return [];
      return [about(facts, each, `${file} ${whenItEnds(days)}`, level)];
    }),
};

const nodeCertificates = ['node.pem', 'client.pem'];

/** What counts beside the cluster certificate counts only while that is renewed. */
const certificatesAreTheClusters: VerifyRow = {
  name: 'certificates-are-the-clusters',
  finds: (facts) =>
    readable(facts).flatMap((each): readonly Found[] => {
      const { file, signedByCluster, signedByTrusted, selfSigned } = each.certificate;
      const isRight = signedByCluster || (signedByTrusted && renewalIn(facts)?.authorities);
      if (!nodeCertificates.includes(file) || isRight) return [];
      const message = selfSigned
        ? `${file} is signed by itself`
        : `${file} was not signed with the cluster certificate on that disk`;
      // Ganeti's own words for a client certificate that is only old.
      return [about(facts, each, message, selfSigned && file === 'client.pem' ? 'warning' : 'error')];
    }),
};

const certificateIn = ({ facts }: Answered, file: string): CertificateSeen | undefined =>
  facts.certificates.find((each) => each.file === file && each.problem === '');

/** What the configuration knows, what the daemon shows, what it will show after its next start; of a node that stays as it is. */
const nodeCertificatesArePinned: VerifyRow = {
  name: 'node-certificates-are-pinned',
  finds: (facts) =>
    answered(facts).flatMap((seen): readonly Found[] => {
      if (mayShowEither(facts, seen.node)) return [];
      const pinned = facts.record?.ours.nodes[seen.node.uuid]?.certificateSha256;
      const { presentedSha256 } = seen.facts;
      const onDisk = certificateIn(seen, 'node.pem')?.sha256;
      return [
        ...(pinned && presentedSha256 !== pinned
          ? [
              aboutNode(
                seen.node,
                'ECLUSTERCERT',
                'It shows another certificate than the configuration knows',
              ),
            ]
          : []),
        ...(onDisk !== undefined && onDisk !== presentedSha256
          ? [
              aboutNode(
                seen.node,
                'ECLUSTERCERT',
                'Its node daemon shows another certificate than node.pem, and will show that after its next start',
                { severity: 'warning' },
              ),
            ]
          : []),
      ];
    }),
};

/** The list by which Ganeti's daemons authorise candidates, against the client certificates there are (spec crypto.md §6). */
const clientCertificatesAreListed: VerifyRow = {
  name: 'client-certificates-are-listed',
  finds(facts) {
    const { roster, record } = facts;
    if (!record) return [];
    const { candidate_certs: listed } = record.configuration.cluster;
    if (Object.keys(listed).length === 0)
      return [aboutCluster(roster, 'ECLUSTERCLIENTCERT', 'The list of client certificates is empty')];
    return [
      ...listedTwice(facts, listed),
      ...listedForOthers(facts, listed),
      ...answered(facts).flatMap((seen) => clientOf(facts, seen, listed)),
    ];
  },
};

type Listed = Readonly<Record<string, string>>;

function listedTwice({ roster, record }: VerifyFacts, listed: Listed): readonly Found[] {
  const digests = Object.values(listed);
  const twice = new Set(digests.filter((digest, place) => digests.indexOf(digest) !== place));
  return [...twice].map((digest) => {
    const owners = Object.keys(listed).filter((uuid) => listed[uuid] === digest);
    const names = owners.map((uuid) => record?.configuration.nodes[uuid]?.name ?? uuid).join(', ');
    return aboutCluster(roster, 'ECLUSTERCLIENTCERT', `The same client certificate is listed for ${names}`);
  });
}

function listedForOthers({ roster, record }: VerifyFacts, listed: Listed): readonly Found[] {
  const nodes = record?.configuration.nodes ?? {};
  return Object.keys(listed)
    .filter((uuid) => !nodes[uuid]?.master_candidate)
    .map((uuid) =>
      aboutCluster(
        roster,
        'ECLUSTERCLIENTCERT',
        `A client certificate is listed for ${nodes[uuid]?.name ?? uuid}, which is no candidate`,
      ),
    );
}

function clientOf(facts: VerifyFacts, seen: Answered, listed: Listed): readonly Found[] {
  const own = certificateIn(seen, 'client.pem')?.sha1;
  const known = listed[seen.node.uuid];
  const say = (message: string) => [aboutNode(seen.node, 'ECLUSTERCLIENTCERT', message)];
  if (!candidateIn(facts, seen.node)) {
    const unduly = own !== undefined && known === undefined && Object.values(listed).includes(own);
    return unduly ? say('It is no candidate, and uses a client certificate that is listed for one') : [];
  }
  if (known === undefined) return say('It is a candidate, and its client certificate is not listed');
  if (mayShowEither(facts, seen.node)) return [];
  return own !== undefined && own !== known
    ? say('Its client certificate is another than the one listed for it')
    : [];
}

export const certificateRows: readonly VerifyRow[] = [
  certificatesCanBeRead,
  certificatesLast,
  certificatesAreTheClusters,
  nodeCertificatesArePinned,
  clientCertificatesAreListed,
];
