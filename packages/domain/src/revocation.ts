/**
 * Which certificates are no longer good although the cluster signed them: those of nodes that were removed, and those
 * that were replaced, when a node was installed anew or its certificate renewed or repaired (certificate-pins.ts).
 *
 * A list of what is refused, not of what is admitted: it only grows from version to version, so a node that lags refuses
 * nobody whom the others have taken in meanwhile. It goes with the roster to every node, in the same commit that takes
 * the node from the electorate. A certificate that has ended by itself, or that of an old cluster certificate, need not
 * be remembered, so that the list is bounded however short certificates live.
 *
 * Counterpart in Ganeti: candidate_certs, from which a removed node's digest is struck after it was told to leave (spec L3).
 */
import type { Draft } from './configuration.ts';
import { isoTime } from './initial-configuration.ts';
import type { NodeName, NodeUuid, Revoked, Roster } from './roster.ts';
import { filledText, listOf, object, oneOf, optional, text } from './shape.ts';

export interface Revocation {
  readonly node: NodeUuid;
  readonly name: NodeName;
  /** SHA-256, lower-case hex; empty for a node that had none. */
  readonly certificateSha256: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly why: 'removed' | 'replaced';
  /** When the certificate ends by itself, ISO 8601, UTC; absent where that is not known. */
  readonly ends?: string;
}

/** A node certificate ends after five years (cluster-secrets.ts); it is remembered a little longer, for clocks. */
const rememberedSeconds = (5 * 365 + 30) * 86_400;

/** Clocks of nodes may be so far apart, which certificates allow for too (certificates.ts, backdatedMs). */
const clocksApartSeconds = 5 * 60;

/** Whether nobody takes it for good any more, whatever this list says. */
export const hasEnded = (endsSeconds: number, nowSeconds: number): boolean =>
  endsSeconds + clocksApartSeconds < nowSeconds;

const isOver = ({ since, ends }: Revocation, nowSeconds: number): boolean =>
  ends === undefined
    ? Date.parse(since) / 1000 + rememberedSeconds <= nowSeconds
    : hasEnded(Date.parse(ends) / 1000, nowSeconds);

/** The list with one more on it; what has ended by itself is dropped. Once is enough. */
export function withRevocation(
  { ours: { revoked = [] } }: Draft,
  revocation: Omit<Revocation, 'since'>,
  nowSeconds: number,
): readonly Revocation[] {
  const { node, certificateSha256, why } = revocation;
  const isSame = (each: Revocation): boolean =>
    each.node === node && each.certificateSha256 === certificateSha256 && each.why === why;
  if (revoked.some(isSame)) return revoked;
  const lasting = revoked.filter((each) => !isOver(each, nowSeconds));
  return [...lasting, { ...revocation, since: isoTime(nowSeconds) }];
}

/** For the roster; nothing where nobody is refused. A node that is in the cluster is never refused as such. */
export function revokedIn({ configuration, ours }: Draft): { readonly revoked?: Revoked } {
  const { revoked = [] } = ours;
  if (revoked.length === 0) return {};
  const isGone = ({ node, why }: Revocation): boolean =>
    why === 'removed' && !Object.hasOwn(configuration.nodes, node);
  const certificates = revoked.map(({ certificateSha256 }) => certificateSha256);
  return {
    revoked: {
      nodes: unique(revoked.filter(isGone).map(({ node }) => node)),
      certificates: unique(certificates.filter((sha256) => sha256 !== '')),
    },
  };
}

/** Why a caller, or whoever answers, is refused; undefined if it is not. */
export function whyRevoked(
  { revoked, clusterName }: Pick<Roster, 'revoked' | 'clusterName'>,
  node: NodeUuid,
  certificateSha256: string | undefined,
): string | undefined {
  if (revoked?.nodes.includes(node)) return `Node ${node} was removed from ${clusterName}`;
  if (certificateSha256 === undefined || !revoked?.certificates.includes(certificateSha256)) return undefined;
  return `The certificate that node ${node} shows was replaced by another and is revoked`;
}

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

export const revocationShape = object({
  node: filledText,
  name: filledText,
  certificateSha256: text,
  since: text,
  why: oneOf('removed', 'replaced'),
  ends: optional(text),
});

export const revokedShape = optional(object({ nodes: listOf(filledText), certificates: listOf(filledText) }));
