/** What `status` tells of certificates: when the first one ends, and what is being renewed. The master knows. */
import { masterDaemonOf, type ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { certificateLevel, daysLeft, type CertificateLevel } from '@quorate/domain/certificate-life';
import { isoTime } from '@quorate/domain/initial-configuration';
import type { RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { GetRenewalResponse__Output } from '@quorate/rpc/gen/quorate/master/v1/GetRenewalResponse';
import { masterServices } from '@quorate/rpc/services';

/** The keys are what `--json` prints and stay stable. */
export interface RenewalReport {
  /** Whole days; negative when it is over, null while nobody has seen it. */
  readonly clusterCertificateDaysLeft: number | null;
  readonly nodes: readonly { readonly name: string; readonly certificateDaysLeft: number | null }[];
  /** Of whichever ends first: undefined for one that lasts. */
  readonly level?: CertificateLevel;
  readonly renewal: {
    readonly id: string;
    readonly phase: string;
    readonly since: string;
    readonly items: readonly string[];
    /** Nodes that are to catch up. */
    readonly waitingFor: readonly string[];
    /** Until when they may; null before everybody else has switched. */
    readonly until: string | null;
  } | null;
}

/** null if the master cannot be asked. */
export async function askRenewal(
  { channels, clock }: ClusterAccess,
  master: RosterNode,
): Promise<RenewalReport | null> {
  const method = masterServices.renewal.GetRenewal;
  const nowSeconds = clock.now().getTime() / 1000;
  return channels.call(masterDaemonOf(master), method, {}, { deadlineMs: timings.voteMs }).then(
    (seen) => renewalReport(seen, nowSeconds),
    () => null,
  );
}

export function renewalReport(seen: GetRenewalResponse__Output, nowSeconds: number): RenewalReport {
  const { underWay, clusterCertificateNotAfter, nodes } = seen;
  const daysUntil = (end: number): number | null =>
    end === 0 ? null : Math.floor(daysLeft(end, nowSeconds));
  const ends = [clusterCertificateNotAfter, ...nodes.map((node) => node.certificateNotAfter)];
  const first = Math.min(...ends.filter((end) => end > 0));
  const level = certificateLevel(daysLeft(first, nowSeconds));
  return {
    clusterCertificateDaysLeft: daysUntil(clusterCertificateNotAfter),
    nodes: nodes.map(({ name, certificateNotAfter }) => ({
      name,
      certificateDaysLeft: daysUntil(certificateNotAfter),
    })),
    ...(level && { level }),
    renewal: underWay && {
      ...{ id: underWay.id, phase: underWay.phase, since: underWay.since, items: underWay.items },
      waitingFor: underWay.waitingFor,
      until: underWay.dropAt === 0 ? null : isoTime(underWay.dropAt),
    },
  };
}

/** Lines for people; none while everything lasts and nothing is renewed. */
export function renewalLines(report: RenewalReport | null): readonly string[] {
  if (!report) return [];
  return [...endLine(report), ...renewalLine(report)];
}

function endLine({ clusterCertificateDaysLeft, nodes }: RenewalReport): readonly string[] {
  const known = [
    { whose: 'the cluster certificate', days: clusterCertificateDaysLeft },
    ...nodes.map(({ name, certificateDaysLeft: days }) => ({ whose: `that of ${name}`, days })),
  ].flatMap(({ whose, days }) => (days === null ? [] : [{ whose, days }]));
  const [first] = known.sort((a, b) => a.days - b.days);
  if (!first) return [];
  const level = certificateLevel(first.days);
  const word = level === undefined || level === 'notice' ? '' : `${level.toUpperCase()}: `;
  return [`Certificates:  ${word}the first to end is ${first.whose}, in ${first.days} days`];
}

function renewalLine({ renewal }: RenewalReport): readonly string[] {
  if (!renewal) return [];
  const { phase, since, waitingFor, until } = renewal;
  const absent = waitingFor.length === 0 ? '' : `; ${waitingFor.join(', ')} may catch up until ${until}`;
  return [`Renewal:       under way since ${since}, in phase ${phase}${absent}`];
}
