/**
 * Makes, lists and revokes the tokens by which hosts join without SSH, and makes a host that claimed one a node.
 *
 * What the rules are is in domain/token-book.ts; the first half of a join is in join-service.ts.
 */
import type { ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { trustOf, type LiveIdentity } from '@quorate/cluster-state/live-identity';
import { readRoster } from '@quorate/cluster-state/roster-store';
import type { State } from '@quorate/cluster-state/state';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import { parseHostName } from '@quorate/domain/names';
import { awaitedNode } from '@quorate/domain/new-node';
import {
  claimOfNode,
  refusedToken,
  tokenAddresses,
  tokenBookOf,
  tokenOf,
  tokenState,
  withToken,
  withTokenRevoked,
  withTokenUsed,
  type TokenEntry,
} from '@quorate/domain/token-book';
import { certificatesIn, describeCertificate, issuedBy } from '@quorate/platform/certificates';
import { randomHex, sha256Hex } from '@quorate/platform/digest';
import type { TokenEntry as TokenMessage } from '@quorate/rpc/gen/quorate/master/v1/TokenEntry';
import type { RpcServer } from '@quorate/rpc/server';
import { masterServices } from '@quorate/rpc/services';
import { admitNode } from './admit-node.ts';
import type { AdmissionLog } from './admission-log.ts';
import type { Mastership } from './mastership.ts';
import { assertInOffice, type InOffice } from './tenure.ts';

export interface TokenParts {
  readonly state: State;
  readonly access: ClusterAccess;
  /** What this daemon shows, and by which cluster certificates: two while they are renewed. */
  readonly identity: LiveIdentity;
  readonly mastership: Mastership;
  readonly admissions: AdmissionLog;
  /** Where hosts join by token. */
  readonly joinPort: number;
  /** Opens or closes the way in, as there are tokens. */
  readonly lookAtDoor: () => Promise<void>;
}

/** What is kept of a secret: salted by the ID, so that equal digests mean nothing. 256 random bits need no slow hash. */
export const secretDigest = (id: string, secret: string): string => sha256Hex(`${id}\n${secret}`);

export const officeOf = async ({
  state,
  access,
  mastership,
}: Pick<TokenParts, 'state' | 'access' | 'mastership'>): Promise<InOffice> =>
  assertInOffice(mastership.tenure(), await readRoster(state), access.own);

export function serveTokens(server: RpcServer, parts: TokenParts): void {
  const { access, identity, mastership, admissions, joinPort } = parts;
  const nowSeconds = (): number => access.clock.now().getTime() / 1000;

  server.serve(masterServices.tokens, {
    CreateToken: async ({ node: typed, witness, lifeSeconds, operator, nodeGroup }) => {
      const { record } = await officeOf(parts);
      const node = typed === '' ? undefined : parseHostName(typed);
      if (node !== undefined) requireNoNode(record, node);
      const [id, secret, createdBy] = [randomHex(6), randomHex(32), printable(operator)];
      const token = {
        id,
        secretSha256: secretDigest(id, secret),
        lifeSeconds,
        createdBy,
        node,
        witness,
        group: nodeGroup || undefined,
      };
      const committed = await mastership.change((present, now) => withToken(present, token, now));
      const expiresSeconds = Math.floor(tokenOf(committed, id)?.expiresSeconds ?? 0);
      admissions('token created', {
        token: id,
        by: createdBy,
        node,
        witness,
        expires: isoTime(expiresSeconds),
      });
      await parts.lookAtDoor();
      const anchors = [...trustOf(identity.current()).authoritySha256s];
      return { id, secret, anchors, port: joinPort, addresses: [...tokenAddresses(record)], expiresSeconds };
    },
    ListTokens: async () => {
      const { record } = await officeOf(parts);
      const entries = Object.entries(tokenBookOf(record));
      return { tokens: entries.map(([id, entry]) => tokenMessage(id, entry, nowSeconds())) };
    },
    RevokeToken: async ({ id, operator }) => {
      await officeOf(parts);
      const committed = await mastership.change((present, now) => withTokenRevoked(present, id, now));
      const claim = tokenOf(committed, id)?.claim;
      admissions('token revoked', { token: id, by: printable(operator), claimedBy: claim?.name });
      await parts.lookAtDoor();
      return { claimedBy: claim?.name ?? '', hadClusterKey: claim?.candidate ?? false };
    },
    FinishJoin: async (request, caller) => {
      if (caller.kind !== 'node') throw onlyItself();
      const { record } = await officeOf(parts);
      const known = record.configuration.nodes[caller.uuid];
      if (known && !awaitedNode(record, known.name))
        return { nodeUuid: known.uuid, candidate: known.master_candidate };
      const found = claimOfNode(record, caller.uuid);
      if (!found) {
        admissions('join refused', { node: caller.uuid, address: caller.address, refusal: 'no-claim' });
        throw refusedToken('revoked');
      }
      const { caPem } = identity.current();
      for (const pem of [request.nodeCertificate, request.clientCertificate])
        if (!isOf(pem, caPem, caller.uuid)) throw foreignCertificate();
      const { id, claim } = found;
      const host = { ...request, ...claim, secondaryIp: claim.secondaryIp ?? '' };
      const { candidate } = await admitNode({ access, mastership }, record, host, (present, now) =>
        withTokenUsed(present, caller.uuid, now),
      );
      admissions('token used', { token: id, node: claim.name, address: claim.primaryIp, candidate });
      return { nodeUuid: caller.uuid, candidate };
    },
  });
}

function requireNoNode(record: ClusterRecord, name: string): void {
  const known = Object.values(record.configuration.nodes).some((node) => node.name === name);
  if (known && !awaitedNode(record, name))
    throw new ClusterError('NODE_EXISTS', `${name} is already a node of this cluster`);
}

/** Signed by us, for that node. */
function isOf(pem: string, caPem: string, nodeUuid: string): boolean {
  try {
    const isSigned = certificatesIn(caPem).some((authority) => issuedBy(pem, authority));
    return isSigned && describeCertificate(pem).nodeIdentity?.nodeUuid === nodeUuid;
  } catch {
    return false;
  }
}

/** What a program says of its user; for people only. */
const printable = (operator: string): string =>
  operator.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 64) || 'unknown';

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString();

const tokenMessage = (id: string, entry: TokenEntry, nowSeconds: number): TokenMessage => ({
  id,
  state: tokenState(entry, nowSeconds),
  createdSeconds: Math.floor(entry.createdSeconds),
  expiresSeconds: Math.floor(entry.expiresSeconds),
  createdBy: entry.createdBy,
  node: entry.node ?? '',
  witness: entry.witness,
  claimedBy: entry.claim?.name ?? '',
});

const onlyItself = (): ClusterError =>
  new ClusterError('NOT_ALLOWED', 'A join by token is finished by the host itself');

const foreignCertificate = (): ClusterError =>
  new ClusterError('WRONG_INPUT', 'A certificate that the host showed was not signed for it', {
    hint: 'Begin again: quorate join, with the same token',
  });
