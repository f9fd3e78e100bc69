/** Puts the renewal of keys and certificates behind its services. Translates; decides nothing. */
import { checkedSupply } from '@quorate/bootstrap/renewal-material';
import type { LiveIdentity } from '@quorate/cluster-state/live-identity';
import { readRoster } from '@quorate/cluster-state/roster-store';
import type { State } from '@quorate/cluster-state/state';
import { graceBounds } from '@quorate/domain/certificate-renewal';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import type { PastRenewal, Renewal, TrustAnswer } from '@quorate/domain/renewal';
import { underWay } from '@quorate/domain/renewal-changes';
import { isRenewalItem, type RenewalItem } from '@quorate/domain/renewal-items';
import { rosterOf } from '@quorate/domain/roster-of';
import { requireNodeNamed, type NodeUuid } from '@quorate/domain/roster';
import { requireSshKeyWish } from '@quorate/domain/ssh-key-renewal';
import type { GetRenewalResponse } from '@quorate/rpc/gen/quorate/master/v1/GetRenewalResponse';
import type { RenewalEnded } from '@quorate/rpc/gen/quorate/master/v1/RenewalEnded';
import type { RenewalNode } from '@quorate/rpc/gen/quorate/master/v1/RenewalNode';
import type { RenewalUnderWay } from '@quorate/rpc/gen/quorate/master/v1/RenewalUnderWay';
import type { StartRenewalRequest__Output } from '@quorate/rpc/gen/quorate/master/v1/StartRenewalRequest';
import type { RpcServer } from '@quorate/rpc/server';
import { masterServices } from '@quorate/rpc/services';
import type { Mastership } from './mastership.ts';
import type { RenewalKeeper, RenewalOrder, RenewalView } from './renewal-keeper.ts';
import { assertInOffice } from './tenure.ts';

export interface RenewalServiceParts {
  readonly state: State;
  readonly own: NodeUuid;
  readonly now: () => Date;
  readonly mastership: Pick<Mastership, 'tenure'>;
  readonly keeper: RenewalKeeper;
  readonly identity: Pick<LiveIdentity, 'reload'>;
}

export function serveRenewal(
  server: RpcServer,
  { state, own, now, mastership, keeper, identity }: RenewalServiceParts,
): void {
  const present = async (): Promise<ClusterRecord> =>
    assertInOffice(mastership.tenure(), await readRoster(state), own).record;

  server.serve(masterServices.renewal, {
    StartRenewal: async (request) => {
      const record = await present();
      if (record.ours.renewal) throw underWay(record.ours.renewal);
      const order = orderIn(request, record, now());
      // Not what was seen last: that may be a minute old, and name a node as away that has just joined.
      const answers = await keeper.answers();
      const { id } = request.dryRun ? { id: '' } : await keeper.start(order);
      const isPresent = (node: NodeUuid): boolean =>
        ['trust', 'failed'].includes(answers.get(node)?.kind ?? '');
      const nodes = Object.values(record.configuration.nodes).filter(
        ({ uuid }) => order.nodes?.includes(uuid) ?? true,
      );
      return {
        id,
        present: nodes.filter(({ uuid }) => isPresent(uuid)).map(({ name }) => name),
        away: nodes.filter(({ uuid }) => !isPresent(uuid)).map(({ name }) => name),
      };
    },
    SteerRenewal: async ({ abort, graceSeconds }) => {
      await present();
      if (abort) await keeper.abort();
      if (graceSeconds !== undefined) await keeper.shortenGrace(requireGrace(graceSeconds));
      return {};
    },
    GetRenewal: async () => {
      await present();
      const view = await keeper.view();
      return responseOf(await present(), view);
    },
  });

  server.serve(masterServices.trust, {
    ReloadTrust: async () => {
      const { certificateSha256, authoritySha256s } = await identity.reload();
      return { certificateSha256, authoritySha256s: [...authoritySha256s] };
    },
  });
}

function orderIn(request: StartRenewalRequest__Output, record: ClusterRecord, now: Date): RenewalOrder {
  const { nodeNames, suppliedFiles, graceSeconds, sshKeyType, sshKeyBits } = request;
  const items = requireItems(request.items);
  const roster = rosterOf(record, '');
  const nodes = nodeNames.map((name) => requireNodeNamed(roster, name).uuid);
  if (nodes.length > 0 && items.some((item) => item !== 'node-certificates'))
    throw new ClusterError(
      'WRONG_INPUT',
      'Only the certificates of single nodes can be renewed, nothing else',
    );
  return {
    items,
    nodes: nodes.length > 0 ? nodes : null,
    supplied: checkedSupply(items, suppliedFiles, now),
    graceSeconds: requireGrace(graceSeconds),
    ...(items.includes('ssh-keys') && {
      sshKey: requireSshKeyWish(record, { type: sshKeyType || undefined, bits: sshKeyBits || undefined }),
    }),
  };
}

function requireItems(items: readonly string[]): readonly RenewalItem[] {
  const unknown = items.filter((item) => !isRenewalItem(item));
  if (unknown.length > 0) throw new ClusterError('WRONG_INPUT', `There is no ${unknown.join(', ')} to renew`);
  if (items.length === 0)
    throw new ClusterError('WRONG_INPUT', 'Nothing to renew was named', {
      hint: 'quorate renew-crypto --help lists what can be renewed',
    });
  return items.filter(isRenewalItem);
}

function requireGrace(seconds: number): number {
  if (seconds <= graceBounds.mostSeconds) return seconds;
  throw new ClusterError(
    'WRONG_INPUT',
    `A grace of ${seconds} s is longer than ${graceBounds.mostSeconds} s`,
  );
}

// --- what is seen

function responseOf(record: ClusterRecord, view: RenewalView): GetRenewalResponse {
  const { renewal, pastRenewals = [] } = record.ours;
  const last = pastRenewals.at(-1);
  const ends = [...view.answers.values()].flatMap((answer) =>
    answer.kind === 'trust' ? [answer.trust.authorityNotAfterSeconds] : [],
  );
  return {
    underWay: renewal ? underWayOf(record, renewal) : null,
    last: last ? endedOf(record, last) : null,
    nodes: rosterOf(record, '').nodes.map(({ uuid, name }) => nodeOf(name, uuid, renewal, view)),
    clusterCertificateNotAfter: ends.length > 0 ? Math.floor(Math.min(...ends)) : 0,
  };
}

const nameIn = ({ configuration }: ClusterRecord, uuid: NodeUuid): string =>
  configuration.nodes[uuid]?.name ?? uuid;

function underWayOf(record: ClusterRecord, renewal: Renewal): RenewalUnderWay {
  const { id, phase, since, items, nodes, dropAtSeconds, switched } = renewal;
  const scope = Object.keys(record.configuration.nodes).filter((uuid) => nodes?.includes(uuid) ?? true);
  const missing = dropAtSeconds === null ? [] : scope.filter((uuid) => !switched.includes(uuid));
  return {
    ...{ id, phase, since, items: [...items] },
    dropAt: Math.floor(dropAtSeconds ?? 0),
    waitingFor: missing.map((uuid) => nameIn(record, uuid)),
  };
}

const endedOf = (record: ClusterRecord, { id, end, at, leftBehind }: PastRenewal): RenewalEnded => ({
  ...{ id, end, at },
  leftBehind: leftBehind.map((uuid) => nameIn(record, uuid)),
});

function nodeOf(name: string, uuid: NodeUuid, renewal: Renewal | undefined, view: RenewalView): RenewalNode {
  const answer = view.answers.get(uuid);
  const blocks = view.blockedBy.find(({ node }) => node === uuid);
  const certificateNotAfter = answer?.kind === 'trust' ? Math.floor(answer.trust.notAfterSeconds) : 0;
  const why = blocks?.why ?? (answer && answer.kind !== 'trust' ? answer.why : '');
  return { name, uuid, state: stateOf(answer, renewal), why, certificateNotAfter };
}

function stateOf(answer: TrustAnswer | undefined, renewal: Renewal | undefined): string {
  if (!answer) return 'offline';
  if (answer.kind !== 'trust') return answer.kind;
  const { renewal: own } = answer.trust;
  return own && own.id === renewal?.id ? own.stage : 'current';
}
