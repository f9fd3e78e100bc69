/**
 * When a certificate is renewed without being asked for: after two thirds of its life, each node a little later than
 * the next, so that a whole cluster does not do it at once. No clock and no dice here.
 *
 * Counterpart in Ganeti: none (spec C12).
 */
import type { OursParameters } from './parameters.ts';
import type { RenewalItem } from './renewal-items.ts';
import type { NodeTrust, TrustAnswers } from './renewal.ts';
import type { NodeUuid } from './roster.ts';

const daySeconds = 86_400;

/**
 * Life of a node certificate, seconds. Ganeti's five years unless an administrator wants it shorter; longer it may not
 * be, for revocations are remembered for that long (revocation.ts).
 */
export const certificateLifeBounds = {
  leastSeconds: 60,
  usualSeconds: 5 * 365 * daySeconds,
  mostSeconds: 5 * 365 * daySeconds,
} as const;

/** For how long the old cluster certificate counts for nodes that were away; a week is a holiday, or a delivery. */
export const graceBounds = { usualSeconds: 7 * daySeconds, mostSeconds: 90 * daySeconds } as const;

export const certificateLifeSeconds = ({ certificateLifeSeconds: given }: OursParameters): number =>
  given ?? certificateLifeBounds.usualSeconds;

/** No wait for an absent node may keep the certificates of the others from being renewed in time. */
export const cappedGraceSeconds = (graceSeconds: number, parameters: OursParameters): number =>
  Math.min(graceSeconds, Math.floor(certificateLifeSeconds(parameters) / 6));

export const renewsAutomatically = ({ automaticRenewal = true }: OursParameters): boolean => automaticRenewal;

/** At two thirds of the life; the latest node at three quarters. `late` is from 0 to 1, and the node's own. */
export function isDue(
  { issuedSeconds, notAfterSeconds }: Pick<NodeTrust, 'issuedSeconds' | 'notAfterSeconds'>,
  late: number,
  nowSeconds: number,
): boolean {
  const lifeSeconds = notAfterSeconds - issuedSeconds;
  return nowSeconds >= issuedSeconds + lifeSeconds * (2 / 3 + late / 12);
}

export interface AutomaticRenewal {
  readonly items: readonly RenewalItem[];
  /** null for all. */
  readonly nodes: readonly NodeUuid[] | null;
}

/**
 * What to renew now, if anything. Nodes that are to follow soon go along: a certificate is quickly made, and every
 * renewal costs the cluster some commits. Where the cluster certificate ends so soon that no node would gain by another
 * certificate of it, that is renewed, and with it all.
 */
export function automaticRenewal(
  answers: TrustAnswers,
  lateness: (node: NodeUuid) => number,
  lifeSeconds: number,
  nowSeconds: number,
): AutomaticRenewal | undefined {
  const seen = [...answers].flatMap(([node, answer]) =>
    answer.kind === 'trust' ? [{ node, trust: answer.trust }] : [],
  );
  if (!seen.some(({ node, trust }) => isDue(trust, lateness(node), nowSeconds))) return undefined;
  const due = seen.filter(({ trust }) => isDue(trust, 0, nowSeconds));
  const gains = ({ notAfterSeconds, authorityNotAfterSeconds }: NodeTrust): boolean =>
    Math.min(nowSeconds + lifeSeconds, authorityNotAfterSeconds) - notAfterSeconds > lifeSeconds / 10;
  if (!due.every(({ trust }) => gains(trust))) return { items: ['cluster-certificate'], nodes: null };
  return { items: ['node-certificates'], nodes: due.map(({ node }) => node) };
}

/** How often the master looks: often enough for the shortest certificate that is shown. */
export const lookIntervalMs = (usualMs: number, parameters: OursParameters): number =>
  Math.min(usualMs, (certificateLifeSeconds(parameters) * 1_000) / 40);
