/**
 * Root's SSH keys in a renewal: which of two keys of a node count, and when a node may go over to the new one.
 *
 *                        trust-new       switch          drop-old
 *   a node logs in with  old             old, then new   new
 *   the others let in    old, then both  both            both, then new
 *
 * A key is new from when its node has made it until nobody lets the old one in any more. It is on record first
 * (`newSshPublicKey`), then in the authorized_keys of every node that answers and must have it, seen there by its
 * fingerprint; only then its node logs in with it. The old one is taken off the record when all have gone over, and is
 * seen to be gone before any node forgets its half of it.
 *
 * Counterpart in Ganeti: RenewSshKeys of lib/backend.py, which replaces the key of one node after the other.
 */
import { keyIn } from './authorized-keys.ts';
import type { ClusterObject, Draft, OursNode } from './configuration.ts';
import { ClusterError } from './errors.ts';
import { decideSshKey, sshKeyBitsComplaints } from './init-parameters.ts';
import type { Sha256 } from './record.ts';
import type { Renewal, RenewalPlan, TrustAnswers } from './renewal.ts';
import { hostSetupOf, roleOf } from './roster-of.ts';
import { isCandidate, type NodeUuid } from './roster.ts';
import { isSshPublicKey, type SshKeyType } from './ssh-public-key.ts';
import { changed } from './touch.ts';

/** What kind of key every node is to make. */
export interface SshKeyWish {
  readonly type: SshKeyType;
  readonly bits: number;
}

export interface SshKeyRenewal extends SshKeyWish {
  /** Fingerprints of what is to be let in no more. */
  readonly dropped: readonly string[];
}

/** Fingerprints of what a host has for SSH, seen by itself. */
export interface SshKeysSeen {
  /** Public halves in root's directory. */
  readonly own: readonly string[];
  /** In root's authorized_keys, by whoever. */
  readonly letIn: readonly string[];
  /** The same, by lines of ours. */
  readonly letInByUs: readonly string[];
}

/** SHA-256 of type and key, without remark; the empty text for what is no key. */
export const sshKeyFingerprint = (line: string, sha256: Sha256): string => {
  const key = keyIn(line);
  return key === undefined ? '' : sha256(key);
};

// --- what may be ordered

/**
 * The present type and number of bits where nothing is said. Fails with WRONG_INPUT where the cluster does not manage
 * SSH, or for a key that a node would be locked out with: OpenSSH has let nobody in by DSA since 7.0, nor, since 9.1,
 * by RSA below 1024 bits.
 */
export function requireSshKeyWish(
  draft: Draft,
  given: { readonly type?: string | undefined; readonly bits?: number | undefined },
): SshKeyWish {
  const present = hostSetupOf(draft).sshKeyType;
  if (present === null)
    throw new ClusterError(
      'WRONG_INPUT',
      "This cluster does not manage SSH, so the keys of its hosts' root are not its to renew",
      { hint: 'Only one that was made without --no-ssh-init does' },
    );
  const presentBits = Number(draft.configuration.cluster['ssh_key_bits']);
  const bits = given.bits ?? (given.type === undefined || given.type === present ? presentBits : undefined);
  const words = {
    sshKeyType: given.type ?? present,
    ...(bits !== undefined && { sshKeyBits: String(bits) }),
  };
  const { value, complaints } = decideSshKey({ words });
  const { sshKeyType: type, sshKeyBits } = value;
  const problems = [
    ...complaints,
    ...sshKeyBitsComplaints({ words }),
    ...(type === 'dsa' ? ['OpenSSH lets nobody in by a DSA key'] : []),
    ...(type === 'rsa' && sshKeyBits < 1024 ? ['OpenSSH lets nobody in by an RSA key below 1024 bits'] : []),
    ...(type === 'rsa' && sshKeyBits > mostRsaBits
      ? [`An RSA key of more than ${mostRsaBits} bits is not made`]
      : []),
  ];
  if (problems.length > 0)
    throw new ClusterError('WRONG_INPUT', problems.join('; '), {
      hint: 'Choose with --ssh-key-type and --ssh-key-bits, as rsa and 4096',
    });
  return { type, bits: sshKeyBits };
}

/** What OpenSSH takes at most. */
const mostRsaBits = 16_384;

// --- what is put on record

/** `made` is to count beside the present one; what was made is `taken` as the only one, or `left`. */
export type SshKeyNews =
  | { readonly node: NodeUuid; readonly kind: 'made'; readonly publicKey: string }
  | { readonly node: NodeUuid; readonly kind: 'taken' | 'left' };

/**
 * What answers tell that is not on record. A node that takes part in no renewal and has two keys there was away when
 * one ended: which of both it came back with is seen there.
 */
export function sshKeyNews(draft: Draft, answers: TrustAnswers, sha256: Sha256): readonly SshKeyNews[] {
  const { renewal, nodes } = draft.ours;
  return [...answers].flatMap(([node, answer]): readonly SshKeyNews[] => {
    const known = nodes[node];
    if (answer.kind !== 'trust' || !known) return [];
    const { trust } = answer;
    const { newSshPublicKey: coming } = known;
    if (!trust.renewal) {
      if (coming === undefined || !trust.ssh) return [];
      const isTaken = trust.ssh.own.includes(sshKeyFingerprint(coming, sha256));
      return [{ node, kind: isTaken ? 'taken' : 'left' }];
    }
    const { id, sshPublicKey: publicKey } = trust.renewal;
    if (!renewal?.ssh || renewal.phase === 'abort' || id !== renewal.id) return [];
    if (publicKey === undefined || !isSshPublicKey(publicKey)) return [];
    return [coming, known.sshPublicKey].includes(publicKey) ? [] : [{ node, kind: 'made', publicKey }];
  });
}

/** Nodes that are gone by now have no news. */
export function withSshKeyNews(draft: Draft, news: readonly SshKeyNews[], nowSeconds: number): Draft {
  const known = news.filter(({ node }) => draft.ours.nodes[node] !== undefined);
  if (known.length === 0) return draft;
  const nodes = { ...draft.ours.nodes };
  for (const one of known) nodes[one.node] = withNews(nodes[one.node]!, one);
  return { configuration: changed(draft, nowSeconds, { cluster: {} }), ours: { ...draft.ours, nodes } };
}

function withNews({ newSshPublicKey: coming, ...present }: OursNode, news: SshKeyNews): OursNode {
  if (news.kind === 'made') return { ...present, newSshPublicKey: news.publicKey };
  return news.kind === 'taken' && coming !== undefined ? { ...present, sshPublicKey: coming } : present;
}

/** The new type and bits belong to it (Ganeti's ssh_key_type, ssh_key_bits). */
export function withOldSshKeysDropped(
  draft: Draft,
  dropping: readonly NodeUuid[],
  { type, bits }: SshKeyWish,
  nowSeconds: number,
): Draft {
  const taken = dropping.map((node) => ({ node, kind: 'taken' }) as const);
  const { ours } = withSshKeyNews(draft, taken, nowSeconds);
  const cluster: Partial<ClusterObject> = { ssh_key_type: type, ssh_key_bits: bits };
  return { configuration: changed(draft, nowSeconds, { cluster }), ours };
}

// --- what the hosts are seen to do

export interface SshScene {
  /** Whether it made a key that is on record and let in wherever it must be, so far as hosts answer. */
  readonly isLetIn: (node: NodeUuid) => boolean;
  /** Hosts that do not let in what they must. */
  readonly lacking: readonly Lack[];
  /** Hosts that still let in, by a line of ours, what was dropped. */
  readonly lingering: readonly Lack[];
  /** Of these nodes, those that have two keys on record. */
  readonly withTwo: (nodes: readonly NodeUuid[]) => readonly NodeUuid[];
  /** Fingerprints of the old keys of these nodes. */
  readonly oldKeys: (nodes: readonly NodeUuid[]) => readonly string[];
}

interface Lack {
  readonly node: NodeUuid;
  readonly why: string;
}

/** What is next when all have gone over: off the record first, then seen to be let in nowhere; undefined when that is so. */
export function dropSshKeys(
  renewal: Renewal,
  switched: readonly NodeUuid[],
  { lacking, lingering, withTwo, oldKeys }: SshScene,
): RenewalPlan | undefined {
  if (lacking.length > 0) return { tasks: [], blockedBy: lacking };
  const droppingSshKeysOf = withTwo(switched);
  if (renewal.ssh && droppingSshKeysOf.length > 0) {
    const dropped = [...new Set([...renewal.ssh.dropped, ...oldKeys(droppingSshKeysOf)])];
    const next = { renewal: { ...renewal, ssh: { ...renewal.ssh, dropped } }, droppingSshKeysOf };
    return { tasks: [], blockedBy: [], next };
  }
  return lingering.length > 0 ? { tasks: [], blockedBy: lingering } : undefined;
}

export function sshSceneOf(
  draft: Draft,
  { dropped }: SshKeyRenewal,
  answers: TrustAnswers,
  sha256: Sha256,
): SshScene {
  const { nodes } = draft.configuration;
  const hosts = [...answers].flatMap(([node, answer]) =>
    answer.kind === 'trust' && nodes[node]
      ? [{ node, seen: answer.trust.ssh, made: answer.trust.renewal?.sshPublicKey }]
      : [],
  );
  const print = (line: string | undefined): string => (line ? sshKeyFingerprint(line, sha256) : '');
  const coming = (node: NodeUuid): string => print(draft.ours.nodes[node]?.newSshPublicKey);
  const candidates = new Set(
    Object.values(nodes)
      .filter((node) => isCandidate({ role: roleOf(draft, node) }))
      .map(({ uuid }) => uuid),
  );
  const mustLetIn = (host: NodeUuid, node: NodeUuid): boolean => host === node || candidates.has(node);
  const withKey = Object.keys(nodes).filter((node) => coming(node) !== '');
  const lacks = hosts.map(({ node: host, seen }) => {
    const letIn = new Set(seen?.letIn);
    return { host, of: withKey.filter((node) => mustLetIn(host, node) && !letIn.has(coming(node))) };
  });
  const present = new Set(
    Object.values(draft.ours.nodes).flatMap((node) => [
      print(node.sshPublicKey),
      print(node.newSshPublicKey),
    ]),
  );
  const unwanted = dropped.filter((key) => !present.has(key));
  const isOnRecord = (node: NodeUuid, made: string): boolean => {
    const { sshPublicKey, newSshPublicKey } = draft.ours.nodes[node] ?? {};
    return [sshPublicKey, newSshPublicKey].includes(made);
  };
  const nameOf = (node: NodeUuid): string => nodes[node]?.name ?? node;
  return {
    isLetIn: (node) => coming(node) !== '' && lacks.every(({ of }) => !of.includes(node)),
    lacking: [
      ...hosts.flatMap(({ node, made }) =>
        made === undefined || isOnRecord(node, made) ? [] : [{ node, why: 'what it made is no SSH key' }],
      ),
      ...lacks.flatMap(({ host, of }) =>
        of.length === 0
          ? []
          : [
              {
                node: host,
                why: `root's authorized_keys has no new key of ${of.map(nameOf).join(', ')} yet`,
              },
            ],
      ),
    ],
    lingering: hosts.flatMap(({ node, seen }) =>
      unwanted.some((key) => seen?.letInByUs.includes(key))
        ? [{ node, why: "root's authorized_keys still has a key that was replaced" }]
        : [],
    ),
    withTwo: (some) => some.filter((node) => coming(node) !== ''),
    oldKeys: (some) => some.map((node) => print(draft.ours.nodes[node]?.sshPublicKey)).filter(Boolean),
  };
}
