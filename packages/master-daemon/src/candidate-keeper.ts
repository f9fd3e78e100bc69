/**
 * In office: sees to it that every candidate has the cluster key and is known by its digest, and takes notice when a node
 * that is none any more has been rid of it.
 *
 *   candidate    asked once in this office; one without the key gets it
 *   was one      asked until it has acknowledged that it is none, and shows no key
 *
 * Promotion itself hands the key over first (entrust.ts); this mends what a lost master, or a program before this one, left.
 */
import { nodeDaemonOf, type ClusterAccess } from '@quorate/bootstrap/cluster-access';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { withCandidateDigests, withoutKeyMark } from '@quorate/domain/node-changes';
import { rosterOf } from '@quorate/domain/roster-of';
import { isCandidate, type NodeUuid, type RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { GetCandidacyResponse__Output } from '@quorate/rpc/gen/quorate/node/v1/GetCandidacyResponse';
import { nodeServices } from '@quorate/rpc/services';
import type { Change } from './authority.ts';
import type { Entrust } from './entrust.ts';
import { createPushPauses } from './push-pauses.ts';
import type { InOffice } from './tenure.ts';

export interface CandidateKeeper {
  /** One look. Resolves to what is to be committed because of it; undefined for nothing. */
  look(office: InOffice): Promise<Change | undefined>;
}

export function createCandidateKeeper(access: ClusterAccess, entrust: Entrust): CandidateKeeper {
  /** Candidates that were seen with the key, by the office and the certificate they had then. */
  const settled = new Set<string>();
  const pauses = createPushPauses(access.clock);

  const ask = (node: RosterNode): Promise<GetCandidacyResponse__Output> =>
    access.channels.call(
      nodeDaemonOf(node),
      nodeServices.candidacy.GetCandidacy,
      {},
      { deadlineMs: timings.voteMs },
    );

  async function lookAt(node: RosterNode, { version }: ClusterRecord): Promise<Seen> {
    const seen = await ask(node);
    const digest = seen.clientCertificateSha1;
    if (!isCandidate(node)) return { uuid: node.uuid, hasNoKey: !seen.holdsClusterKey };
    return { uuid: node.uuid, digest: seen.holdsClusterKey ? digest : await entrust(node, version.epoch) };
  }

  return {
    async look({ record, pending, lagging }) {
      if (pending) return undefined;
      const { version, ours } = record;
      const nameOf = ({ uuid }: RosterNode): string =>
        `${version.epoch} ${uuid} ${ours.nodes[uuid]?.certificateSha256}`;
      const isOpen = (node: RosterNode): boolean =>
        isCandidate(node) ? !settled.has(nameOf(node)) : ours.nodes[node.uuid]?.mayHoldClusterKey === true;
      const open = rosterOf(record, '').nodes.filter(
        (node) =>
          node.role !== 'offline' &&
          node.uuid !== access.own &&
          !lagging.includes(node.uuid) &&
          isOpen(node) &&
          pauses.isDue(node.uuid, version),
      );
      const looks = await Promise.allSettled(open.map((node) => lookAt(node, record)));
      open.forEach((node, place) => {
        const succeeded = looks[place]?.status === 'fulfilled';
        pauses.note(node.uuid, version, succeeded);
        if (succeeded && isCandidate(node)) settled.add(nameOf(node));
      });
      return changeFor(
        record,
        looks.flatMap((look) => (look.status === 'fulfilled' ? [look.value] : [])),
      );
    },
  };
}

interface Seen {
  readonly uuid: NodeUuid;
  readonly digest?: string;
  readonly hasNoKey?: boolean;
}

function changeFor(record: ClusterRecord, seen: readonly Seen[]): Change | undefined {
  const rid = seen.flatMap(({ uuid, hasNoKey }) => (hasNoKey ? [uuid] : []));
  const digests = Object.fromEntries(seen.flatMap(({ uuid, digest }) => (digest ? [[uuid, digest]] : [])));
  const change: Change = (present, nowSeconds) =>
    withCandidateDigests(withoutKeyMark(present, rid, nowSeconds), digests, nowSeconds);
  return change(record, 0, { digests: {}, unfit: {} }) === record ? undefined : change;
}
