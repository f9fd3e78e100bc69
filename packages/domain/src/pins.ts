/**
 * Which certificate each node is to show, as a caller and as the one that is called. A right chain is not enough for what
 * only candidates may: whoever has the cluster's private key can sign for any name. The roster names one certificate per
 * node by its SHA-256 (spec C13), and by that a candidate is told from another of its name, and a node that is handed a
 * secret or asked for one from another at its address.
 *
 * Votes, grants and leases do not ask here, on neither side: the certificate of a node may be newer than what this one has
 * heard. If that node is the master now, or is to be, nobody else could tell, and who is behind must be able to hear it:
 * a candidate to which all others seemed unreachable would be free to rule without them. There the epoch decides
 * (voter.ts), and certificates that are known to be bad are refused there too (revocation.ts).
 *
 * Counterpart in Ganeti: candidate_certs, SHA-1, and believed without the name it stands for.
 */
import { whyRevoked } from './revocation.ts';
import type { NodeUuid, Roster } from './roster.ts';

export interface ShownCertificate {
  readonly uuid: NodeUuid;
  /** SHA-256, lower-case hex. */
  readonly certificateSha256?: string;
}

/** Undefined if it is its certificate, or if none is known of that node. */
export function whyNotPinned(roster: Pick<Roster, 'nodes'>, shown: ShownCertificate): string | undefined {
  const node = roster.nodes.find(({ uuid }) => uuid === shown.uuid);
  const pinned = node?.certificateSha256;
  if (!node || pinned === undefined || shown.certificateSha256 === pinned) return undefined;
  return `The certificate shown is not that of ${node.name}, which is ${pinned.slice(0, 16)}…`;
}

/** What a call asks of the one that is called. */
export interface ServerDemand {
  /** It is asked, or told, what only candidates may (method-table.ts). */
  readonly pinned: boolean;
  /** It is being told that it goes, or has its last say in that: what it shows is revoked, and that is known. */
  readonly leaving: boolean;
}

/** Why who answers is refused, its name and chain being right; `own` is what this node shows itself. */
export function whyServerRefused(
  roster: Roster,
  shown: Required<ShownCertificate>,
  { pinned, leaving }: ServerDemand,
  own: Required<ShownCertificate>,
): string | undefined {
  const revoked = leaving ? undefined : whyRevoked(roster, shown.uuid, shown.certificateSha256);
  if (revoked !== undefined) return revoked;
  // Of itself a node knows best: it may be repaired by hand before anybody has heard of it.
  const isOwn = shown.uuid === own.uuid && shown.certificateSha256 === own.certificateSha256;
  return pinned && !isOwn ? whyNotPinned(roster, shown) : undefined;
}
