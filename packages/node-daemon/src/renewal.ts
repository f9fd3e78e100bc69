/**
 * This node's part in a renewal, on its disk and in what its two daemons show: done when both show it.
 *
 * What is written where is in cluster-state/node-renewal.ts. Counterpart in Ganeti: tools/ssl-update.
 */
import type { LiveIdentity, TrustInUse } from '@quorate/cluster-state/live-identity';
import {
  fingerprintsOf,
  finishRenewal,
  prepareRenewal,
  readNodeRenewal,
  switchRenewal,
  type NodeRenewal,
  type Preparation,
  type SignedCertificates,
} from '@quorate/cluster-state/node-renewal';
import type { State } from '@quorate/cluster-state/state';
import { ClusterError } from '@quorate/domain/errors';
import type { NodeTrust } from '@quorate/domain/renewal';
import type { NodeUuid } from '@quorate/domain/roster';
import { backdatedMs, certificatesIn, describeCertificate, splitPem } from '@quorate/platform/certificates';
import { inTurn } from '@quorate/platform/in-turn';
import type { Voter } from './voter.ts';

/** Who asks, and in which epoch it says it is master. */
export interface Order {
  readonly caller: NodeUuid;
  readonly epoch: number;
  readonly id: string;
}

export interface RenewalPart {
  trust(): Promise<NodeTrust>;
  prepare(
    order: Order,
    preparation: Omit<Preparation, 'id'>,
  ): Promise<{ trust: NodeTrust; renewal: NodeRenewal }>;
  switch(order: Order, signed: SignedCertificates | null): Promise<NodeTrust>;
  finish(order: Order, keep: 'new' | 'old'): Promise<NodeTrust>;
  staged(order: Order): Promise<Readonly<Record<string, string>>>;
}

interface Parts {
  readonly state: State;
  readonly voter: Pick<Voter, 'record'>;
  readonly identity: LiveIdentity;
  /** What the master daemon of this host shows after it has read the files again; undefined if none runs. */
  readonly masterDaemonTrust: () => Promise<TrustInUse | undefined>;
}

export function createRenewalPart({ state, voter, identity, masterDaemonTrust }: Parts): RenewalPart {
  const oneAtATime = inTurn();

  async function assertFromMaster({ caller, epoch }: Order): Promise<void> {
    const record = await voter.record();
    if (record.epoch > epoch)
      throw new ClusterError(
        'EPOCH_TOO_OLD',
        `Epoch ${epoch} is over: this node knows epoch ${record.epoch}`,
        {
          facts: { epoch: String(record.epoch), ...(record.master && { master: record.master.node }) },
        },
      );
    if (record.master?.node !== caller || record.master.epoch !== epoch)
      throw new ClusterError('NOT_ALLOWED', 'Only the master renews keys and certificates', {
        facts: { caller },
      });
  }

  const ordered = <T>(order: Order, work: () => Promise<T>): Promise<T> =>
    oneAtATime(async () => {
      await assertFromMaster(order);
      return work();
    });

  async function trust(): Promise<NodeTrust> {
    const shown = await identity.reload();
    const master = await masterDaemonTrust();
    if (master && master.certificateSha256 !== shown.certificateSha256) throw daemonsDiffer();
    const counts = (authority: string): boolean => master?.authoritySha256s.includes(authority) ?? true;
    const { certificatePem, caPem } = identity.current();
    const own = describeCertificate(certificatePem);
    return {
      ...shown,
      authoritySha256s: shown.authoritySha256s.filter(counts),
      clientCertificateSha1: await clientDigest(state),
      issuedSeconds: secondsOf(own.notBefore) + backdatedMs / 1_000,
      notAfterSeconds: secondsOf(own.notAfter),
      authorityNotAfterSeconds: secondsOf(describeCertificate(certificatesIn(caPem)[0] ?? '').notAfter),
      renewal: toldOf(await readNodeRenewal(state)),
    };
  }

  return {
    trust: () => oneAtATime(trust),
    prepare: (order, preparation) =>
      ordered(order, async () => {
        const renewal = await prepareRenewal(state, { ...preparation, id: order.id });
        return { renewal, trust: await trust() };
      }),
    switch: (order, signed) =>
      ordered(order, async () => {
        await switchRenewal(state, order.id, signed);
        return trust();
      }),
    finish: (order, keep) =>
      ordered(order, async () => {
        await finishRenewal(state, order.id, keep);
        return trust();
      }),
    staged: (order) =>
      ordered(order, async () => {
        const renewal = await readNodeRenewal(state);
        if (renewal?.id === order.id) return ofTheRenewal(renewal.staged);
        throw new ClusterError('WRONG_INPUT', 'This node holds nothing of that renewal');
      }),
  };
}

const secondsOf = (date: Date): number => Math.floor(date.getTime() / 1_000);

function toldOf(renewal: NodeRenewal | undefined): NodeTrust['renewal'] {
  if (!renewal) return null;
  const { id, stage, staged } = renewal;
  const holdsClusterKey = splitPem(staged['server.pem'] ?? '').privateKeyPem !== undefined;
  return { id, stage, holdsClusterKey, fingerprints: fingerprintsOf(staged) };
}

/** This node's own certificates, with their keys, are nobody else's. */
const ofTheRenewal = ({
  'node.pem': _node,
  'client.pem': _client,
  ...files
}: NodeRenewal['staged']): Readonly<Record<string, string>> => files;

async function clientDigest({ files, layout }: State): Promise<string> {
  const { certificatePem } = splitPem((await files.readText(layout.clientPem.path)) ?? '');
  return certificatePem === undefined ? '' : describeCertificate(certificatePem).sha1Colon;
}

const daemonsDiffer = (): ClusterError =>
  new ClusterError('POST_CONDITION_FAILED', 'The two daemons of this host show different certificates', {
    hint: 'Look into the log of quorate-masterd, or restart it',
  });
