/**
 * Whether who answers a call of this node may: it is the node that was meant, nobody has revoked what it shows, and for the
 * calls of candidates it is the certificate that is pinned. Chain and dates were checked before (rpc/credentials.ts).
 *
 * What counts is what this node's disk says at that moment, so that who has just heard of a removal goes by it. The rule is
 * in domain/pins.ts; the other direction is node-listener.ts and method-table.ts.
 */
import { createRosterReader } from '@quorate/cluster-state/roster-store';
import type { NodeIdentity } from '@quorate/cluster-state/secrets';
import type { State } from '@quorate/cluster-state/state';
import { whyRefused } from '@quorate/domain/peer-identity';
import { whyServerRefused } from '@quorate/domain/pins';
import type { NodeUuid, Roster } from '@quorate/domain/roster';
import { describeCertificate, identityOf } from '@quorate/platform/certificates';
import { sha256Hex } from '@quorate/platform/digest';
import type { ExpectedNode } from '@quorate/rpc/credentials';

/** Somebody answered for a node and was not let by. */
export interface RefusedServer {
  readonly node: NodeUuid;
  readonly why: string;
  /** DER. */
  readonly certificate: Uint8Array;
}

export interface ServerJudge {
  /** Undefined if it may answer. */
  whyNot(expected: ExpectedNode, der: Uint8Array): string | undefined;
  /** Nodes for which somebody was let by who would not be now; each is told once. */
  refusedByNow(): readonly NodeUuid[];
}

/** For the connections that are made with this identity. */
export function createServerJudge(
  { nodeUuid, clusterUuid, certificatePem }: NodeIdentity,
  state: Pick<State, 'layout'>,
  onRefused: (refused: RefusedServer) => void = () => undefined,
): ServerJudge {
  const presentRoster = createRosterReader(state);
  const own = { uuid: nodeUuid, certificateSha256: describeCertificate(certificatePem).sha256 };
  /** Whom a connection was for, and by which certificate it was made. */
  const letBy = new Map<string, LetBy>();
  let judgedBy: Roster | undefined;

  const whyNotBy = (roster: Roster | undefined, { expected, certificateSha256 }: LetBy): string | undefined =>
    roster && whyServerRefused(roster, { uuid: expected.uuid, certificateSha256 }, expected, own);

  return {
    whyNot(expected, der) {
      const answer = { expected, certificateSha256: sha256Hex(der) };
      const why =
        whyRefused(identityOf(der), clusterUuid, expected.uuid) ?? whyNotBy(presentRoster(), answer);
      if (why === undefined) letBy.set(JSON.stringify(answer), answer);
      else onRefused({ node: expected.uuid, why, certificate: der });
      return why;
    },
    refusedByNow() {
      const roster = presentRoster();
      if (roster === judgedBy) return [];
      judgedBy = roster;
      const refused = [...letBy].filter(([, answer]) => whyNotBy(roster, answer) !== undefined);
      for (const [key] of refused) letBy.delete(key);
      return refused.map(([, { expected }]) => expected.uuid);
    },
  };
}

interface LetBy {
  readonly expected: ExpectedNode;
  readonly certificateSha256: string;
}
