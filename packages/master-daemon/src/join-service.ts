/**
 * Answers a host that has nothing but a token: makes the token that host's, and gives it what a node needs.
 *
 * The claim is committed before anything secret leaves. A refusal costs the same whether the ID is known or not, counts
 * against its address, and is a line in the log; a line for each of too many would only be another way to fill a disk.
 */
import { enrolNode } from '@quorate/bootstrap/enrolment';
import { attemptLimits, hasToWait, noAttempts, withFailure } from '@quorate/domain/attempt-limit';
import { configurationFormat, type ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import { parseHostName } from '@quorate/domain/names';
import { awaitedNode, requireNewNode } from '@quorate/domain/new-node';
import { protocolVersion, softwareVersion } from '@quorate/domain/software';
import {
  claimFor,
  refusedToken,
  tokenOf,
  tokenRefusal,
  withTokenClaimed,
  type JoinAsked,
  type TokenClaim,
  type TokenEntry,
} from '@quorate/domain/token-book';
import { parseCertificateRequest } from '@quorate/platform/certificate-request';
import { randomUuid, sameDigest, sha256Hex } from '@quorate/platform/digest';
import type { JoinRequest__Output } from '@quorate/rpc/gen/quorate/master/v1/JoinRequest';
import type { JoinResponse } from '@quorate/rpc/gen/quorate/master/v1/JoinResponse';
import type { RpcServer } from '@quorate/rpc/server';
import { masterServices } from '@quorate/rpc/services';
import { officeOf, secretDigest, type TokenParts } from './token-services.ts';

type JoinParts = Omit<TokenParts, 'lookAtDoor'>;

/** Counts attempts for all servers it is put behind: a door that is closed and opened forgets nothing. */
export function joinService(parts: JoinParts): (server: RpcServer) => void {
  const { access, admissions } = parts;
  let attempts = noAttempts;
  let toldAtMs = Number.NEGATIVE_INFINITY;

  function requireTurn(address: string): void {
    const now = access.clock.monotonicMs();
    if (!hasToWait(attempts, address, now)) return;
    if (now - toldAtMs >= attemptLimits.windowMs / 10) {
      admissions('join refused', { address, refusal: 'too-many-attempts' });
      toldAtMs = now;
    }
    throw refusedToken('too-many-attempts');
  }

  return (server) =>
    server.serve(masterServices.join, {
      Join: async (request, caller) => {
        const address = caller.kind === 'local' ? '' : hostIn(caller.address);
        requireTurn(address);
        try {
          return await join(parts, request, address);
        } catch (caught) {
          attempts = withFailure(attempts, address, access.clock.monotonicMs());
          const { reason, facts } = clusterErrorFrom(caught);
          const token = /^[0-9a-f]{12}$/.test(request.tokenId) ? request.tokenId : 'malformed';
          admissions('join refused', {
            token,
            address,
            node: nodeIn(request),
            refusal: facts['refusal'] ?? reason,
          });
          throw caught;
        }
      },
    });
}

async function join(parts: JoinParts, request: JoinRequest__Output, address: string): Promise<JoinResponse> {
  const { state, access, admissions } = parts;
  const { record } = await officeOf(parts);
  const entry = tokenWithSecret(record, request);
  requireSameProtocol(request);
  const asked = askedIn(request);
  const refusal = tokenRefusal(entry, true, asked, access.clock.now().getTime() / 1000);
  if (refusal) throw refusedToken(refusal);
  const claim = entry.claim ?? (await claimed(parts, record, entry, request, asked));
  if (request.primaryIp !== claim.primaryIp) throw movedAway(claim);
  // The claim made another version; the host gets the newest views.
  const { record: present } = await officeOf(parts);
  const asClaimed = { ...request, ...claim, secondaryIp: claim.secondaryIp };
  const enrolment = await enrolNode(state, present, asClaimed, access.clock.now());
  admissions('token claimed', {
    token: request.tokenId,
    node: claim.name,
    address,
    candidate: claim.candidate,
  });
  const { cluster_name: clusterName, uuid: clusterUuid, ssh_key_bits: bits } = record.configuration.cluster;
  return { clusterName, clusterUuid, ...enrolment, sshKeyBits: Number(bits) || 0 };
}

/** Nobody's: what the secret of an unknown ID is compared with. */
const noDigest = '0'.repeat(64);

/** The same work and the same answer, whether the ID or the secret is wrong. */
function tokenWithSecret(record: ClusterRecord, { tokenId, secret }: JoinRequest__Output): TokenEntry {
  const entry = tokenOf(record, tokenId);
  const fits = sameDigest(entry?.secretSha256 ?? noDigest, secretDigest(tokenId, secret));
  if (entry && fits) return entry;
  throw refusedToken('unknown');
}

const askedIn = (request: JoinRequest__Output): JoinAsked => ({
  name: parseHostName(request.name),
  ...(request.witness !== undefined && { witness: request.witness }),
  keySha256: sha256Hex(parseCertificateRequest(request.certificateRequest).publicKeyPem),
});

async function claimed(
  { mastership }: JoinParts,
  record: ClusterRecord,
  entry: TokenEntry,
  { tokenId, primaryIp, secondaryIp, clientCertificateRequest }: JoinRequest__Output,
  asked: JoinAsked,
): Promise<TokenClaim> {
  const host = { ...asked, primaryIp, secondaryIp: secondaryIp || undefined };
  requireNewNode(record, { ...host, group: entry.group });
  // What cannot be signed must not use the token up.
  parseCertificateRequest(clientCertificateRequest);
  const nodeUuid = awaitedNode(record, asked.name)?.uuid ?? randomUuid();
  const committed = await mastership.change((present, now) =>
    withTokenClaimed(present, tokenId, claimFor(present, entry, { ...host, nodeUuid }, now), now),
  );
  const claim = tokenOf(committed, tokenId)?.claim;
  if (claim?.keySha256 === asked.keySha256) return claim;
  throw refusedToken('already-used');
}

/** As for joins over SSH: equal protocol or nothing (BEH-256). */
function requireSameProtocol({ protocol, configurationFormat: format, software }: JoinRequest__Output): void {
  if (protocol === protocolVersion && format === configurationFormat) return;
  throw new ClusterError(
    'PROTOCOL_MISMATCH',
    `The host runs quorate ${JSON.stringify(software.slice(0, 20))} (protocol ${protocol}, format ${format}), ` +
      `the master ${softwareVersion} (protocol ${protocolVersion}, format ${configurationFormat})`,
    { hint: 'Install the same release on both' },
  );
}

const movedAway = ({ name, primaryIp }: TokenClaim): ClusterError =>
  new ClusterError('WRONG_INPUT', `${name} began this join as ${primaryIp}`, {
    hint: 'Give it that address again, or revoke the token and have another made',
  });

/** `192.0.2.1:40000` → `192.0.2.1`. */
const hostIn = (peer: string): string => peer.replace(/:\d+$/, '').replace(/^::ffff:(?=\d+\.)/, '');

const nodeIn = ({ name }: JoinRequest__Output): string => JSON.stringify(name.slice(0, 64));
