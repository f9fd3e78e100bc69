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
import { newSshPair, type SshPairRenewal } from '@quorate/cluster-state/node-ssh-renewal';
import { readRoster } from '@quorate/cluster-state/roster-store';
import { readSshKeysSeen } from '@quorate/cluster-state/ssh-keys-seen';
import type { State } from '@quorate/cluster-state/state';
import { ClusterError } from '@quorate/domain/errors';
import type { NodeTrust } from '@quorate/domain/renewal';
import { nodeByUuid, type NodeUuid } from '@quorate/domain/roster';
import type { SshKeyWish } from '@quorate/domain/ssh-key-renewal';
import { backdatedMs, certificatesIn, describeCertificate, splitPem } from '@quorate/platform/certificates';
import { inTurn } from '@quorate/platform/in-turn';
import type { HostKeeper } from './host-keeper.ts';
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
    preparation: Omit<Preparation, 'id' | 'sshPair'> & { readonly sshKey: SshKeyWish | null },
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
  /** Of root's authorized_keys. */
  readonly host: Pick<HostKeeper, 'follow' | 'settled'>;
  readonly own: NodeUuid;
}

export function createRenewalPart(parts: Parts): RenewalPart {
  const { state, voter, identity, masterDaemonTrust, host, own } = parts;
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
      ...(await sshKeys()),
    };
  }

  const managesSsh = async (): Promise<boolean> => Boolean((await readRoster(state)).hostSetup?.sshKeyType);

  /** What the last configuration wants let in is let in by then, or cannot be. */
  async function sshKeys(): Promise<Pick<NodeTrust, 'ssh'>> {
    if (!(await managesSsh())) return {};
    await host.settled();
    return { ssh: await readSshKeysSeen(state) };
  }

  const inTheMaking = new Map<string, Promise<SshPairRenewal>>();

  /** Out of turn, because it may take long; once for each renewal. */
  async function sshPair(id: string, wish: SshKeyWish | null): Promise<SshPairRenewal | undefined> {
    const known = await readNodeRenewal(state);
    if (!wish || (known?.id === id && known.ssh)) return undefined;
    const { name = 'unknown' } = nodeByUuid(await readRoster(state), own) ?? {};
    const made = inTheMaking.get(id) ?? newSshPair(state, { ...wish, comment: `root@${name}` });
    inTheMaking.set(id, made);
    return made.catch((error: unknown) => {
      inTheMaking.delete(id);
      throw error;
    });
  }

  /** Root's authorized_keys goes with what this node has of the renewal by now. */
  async function thenFollow<T>(work: Promise<T>): Promise<T> {
    const done = await work;
    if (await managesSsh()) await host.follow();
    return done;
  }

  return {
    trust: () => oneAtATime(trust),
    prepare: (order, { sshKey, ...preparation }) =>
      ordered(order, () => Promise.resolve())
        .then(() => sshPair(order.id, sshKey))
        .then((made) =>
          ordered(order, async () => {
            const wanted = { ...preparation, id: order.id, sshPair: made };
            const renewal = await thenFollow(prepareRenewal(state, wanted));
            inTheMaking.clear();
            return { renewal, trust: await trust() };
          }),
        ),
    switch: (order, signed) =>
      ordered(order, async () => {
        await thenFollow(switchRenewal(state, order.id, signed));
        return trust();
      }),
    finish: (order, keep) =>
      ordered(order, async () => {
        await thenFollow(finishRenewal(state, order.id, keep));
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
  const { id, stage, staged, ssh } = renewal;
  const holdsClusterKey = splitPem(staged['server.pem'] ?? '').privateKeyPem !== undefined;
  const key = ssh ? { sshPublicKey: ssh.publicKey } : {};
  return { ...{ id, stage, holdsClusterKey }, ...key, fingerprints: fingerprintsOf(staged) };
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
