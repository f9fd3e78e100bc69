/**
 * Which certificate each node is to show. A right chain is not enough for what only candidates may: whoever has the
 * cluster's private key can sign for any name. The roster names one certificate per node by its SHA-256 (spec C13), and by
 * that a candidate is told from another of its name.
 *
 * Votes, grants and leases do not ask here: the certificate of a node may be newer than what this one has heard, and if
 * that node is the master now, or is to be, nobody else could tell. There the epoch decides (voter.ts).
 *
 * Counterpart in Ganeti: candidate_certs, SHA-1, and believed without the name it stands for.
 */
import type { NodeUuid, Roster } from './roster.ts';

/** Undefined if it is its certificate, or if none is known of that node. */
export function whyNotPinned(
  roster: Pick<Roster, 'nodes'>,
  shown: { readonly uuid: NodeUuid; readonly certificateSha256?: string },
): string | undefined {
  const node = roster.nodes.find(({ uuid }) => uuid === shown.uuid);
  const pinned = node?.certificateSha256;
  if (!node || pinned === undefined || shown.certificateSha256 === pinned) return undefined;
  return `The certificate shown is not that of ${node.name}, which is ${pinned.slice(0, 16)}…`;
}
