/**
 * The renewal of keys and certificates: what is done next, from what the configuration says and what the nodes answer.
 *
 *   trust-new ──▶ switch ──▶ drop-old ──▶ (done)
 *       │            │
 *       └────────────┴─────▶ abort ─────▶ (aborted)
 *
 *                         trust-new        switch           drop-old
 *   a node trusts         old, then both   both             both, then new
 *   a node shows          old              old, then new    new
 *
 * The phase is part of the configuration and changes by a commit, so whoever is master goes on with it; a node is asked
 * what it has done and never presumed to. A phase ends when every node that answers is seen to have done it. One that
 * does not answer catches up when it is back: what is shown from the switch on is linked to the old cluster certificate
 * (certificates.ts, createLinkCertificate), which counts until that node has switched or the grace is over.
 *
 * Counterpart in Ganeti: RenewCrypto of gnt_cluster.py, which stops every daemon on every node meanwhile.
 */
import type { Draft } from './configuration.ts';
import type { Sha256 } from './record.ts';
import { waitsForAbsent, type RenewalItem } from './renewal-items.ts';
import type { NodeUuid } from './roster.ts';
import {
  dropSshKeys,
  sshKeyNews,
  sshSceneOf,
  type SshKeyNews,
  type SshKeyRenewal,
  type SshKeysSeen,
  type SshScene,
} from './ssh-key-renewal.ts';
import { timings } from './timings.ts';

/** Each phase with the sentence an operator reads. */
export const renewalPhases = {
  'trust-new': 'Having every node make its keys and trust what is to come',
  switch: 'Putting it in place on every node',
  'drop-old': 'Having every node forget the old',
  abort: 'Taking everything back',
} as const;

export type RenewalPhase = keyof typeof renewalPhases;

export interface Authorities {
  /** SHA-256 of the two cluster certificates, lower-case hex. */
  readonly old: string;
  readonly new: string;
  /** Both, PEM; the old one first. */
  readonly pems: readonly string[];
  /** The new key vouched for by the old one, PEM. */
  readonly linkPem: string;
}

export interface Renewal {
  readonly id: string;
  readonly phase: RenewalPhase;
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly items: readonly RenewalItem[];
  /** Only these nodes; null for all. */
  readonly nodes: readonly NodeUuid[] | null;
  /** null if the cluster certificate stays. */
  readonly authorities: Authorities | null;
  /** What each file must be, by name: SHA-256. */
  readonly fingerprints: Readonly<Record<string, string>>;
  /** For how long the old cluster certificate counts after the switch, for nodes that do not answer. */
  readonly graceSeconds: number;
  /** End of that, in seconds since 1970; null before the switch is over. */
  readonly dropAtSeconds: number | null;
  /** Nodes that were seen to have switched. */
  readonly switched: readonly NodeUuid[];
  /** Absent if root's SSH keys stay. */
  readonly ssh?: SshKeyRenewal;
}

export interface PastRenewal {
  readonly id: string;
  readonly end: 'done' | 'aborted';
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Nodes that never switched: to be added again. */
  readonly leftBehind: readonly NodeUuid[];
}

/** So many ends are remembered, for nodes that come back late. */
export const pastRenewalLimit = 20;

/** What a node has, seen by itself: on its disk and in use by all its daemons. */
export interface NodeTrust {
  readonly certificateSha256: string;
  readonly clientCertificateSha1: string;
  /** Cluster certificates that count there; the one of its server.pem first. */
  readonly authoritySha256s: readonly string[];
  readonly issuedSeconds: number;
  readonly notAfterSeconds: number;
  /** End of the cluster certificate in its server.pem. */
  readonly authorityNotAfterSeconds: number;
  readonly renewal: {
    readonly id: string;
    readonly stage: 'prepared' | 'switching' | 'switched' | 'restoring';
    readonly fingerprints: Readonly<Record<string, string>>;
    readonly holdsClusterKey: boolean;
    /** Of the pair that was made for root in it; absent for none. */
    readonly sshPublicKey?: string;
  } | null;
  /** Absent where SSH is not managed. */
  readonly ssh?: SshKeysSeen;
}

export type TrustAnswer =
  | { readonly kind: 'trust'; readonly trust: NodeTrust }
  /** No answer. */
  | { readonly kind: 'away'; readonly why: string }
  /** It answers, and refuses or fails. */
  | { readonly kind: 'failed'; readonly why: string };

/** One answer for each node that is not marked offline. */
export type TrustAnswers = ReadonlyMap<NodeUuid, TrustAnswer>;

export type RenewalTask = 'prepare' | 'switch' | 'finish' | 'restore';

export interface NodeTask {
  readonly node: NodeUuid;
  readonly task: RenewalTask;
  /** Of the renewal. */
  readonly id: string;
}

export interface RenewalPlan {
  /** To be committed first of all. */
  readonly sshKeys?: readonly SshKeyNews[];
  /** To be done then, on all at once. */
  readonly tasks: readonly NodeTask[];
  /** To be committed when there is nothing to be done first. */
  readonly next?: NextStep;
  /** Nodes that keep the phase from ending, and why. */
  readonly blockedBy: readonly { readonly node: NodeUuid; readonly why: string }[];
}

/** `droppingSshKeysOf`: nodes whose old key counts no more. */
export type NextStep =
  | { readonly renewal: Renewal; readonly droppingSshKeysOf?: readonly NodeUuid[] }
  | { readonly end: Omit<PastRenewal, 'at'> };

export function planRenewal(
  draft: Draft,
  answers: TrustAnswers,
  nowSeconds: number,
  sha256: Sha256,
): RenewalPlan {
  const { configuration, ours } = draft;
  const { renewal } = ours;
  const leftovers = leftoverTasks(ours.pastRenewals ?? [], renewal, answers);
  if (leftovers.length > 0) return { tasks: leftovers, blockedBy: [] };
  const sshKeys = sshKeyNews(draft, answers, sha256);
  if (sshKeys.length > 0) return { sshKeys, tasks: [], blockedBy: [] };
  if (!renewal) return { tasks: [], blockedBy: [] };
  const ssh = renewal.ssh && sshSceneOf(draft, renewal.ssh, answers, sha256);
  const scene = { ...sceneOf(renewal, Object.values(configuration.nodes), answers), ssh };
  return phases[renewal.phase](renewal, scene, nowSeconds);
}

interface Scene {
  /** Every node that is to switch, those that are away or offline among them. */
  readonly scope: readonly NodeUuid[];
  /** What those of them have that answer. */
  readonly seen: readonly SeenNode[];
  /** What every node has that answers. */
  readonly everybody: readonly SeenNode[];
  readonly blockedBy: RenewalPlan['blockedBy'];
  /** undefined if root's SSH keys stay. */
  readonly ssh: SshScene | undefined;
}

interface SeenNode {
  readonly node: NodeUuid;
  readonly candidate: boolean;
  readonly trust: NodeTrust;
}

interface Member {
  readonly uuid: NodeUuid;
  readonly master_candidate: boolean;
}

function sceneOf({ nodes }: Renewal, members: readonly Member[], answers: TrustAnswers): Omit<Scene, 'ssh'> {
  const scope = members.map(({ uuid }) => uuid).filter((uuid) => nodes?.includes(uuid) ?? true);
  const everybody = members.flatMap(({ uuid, master_candidate: candidate }) => {
    const answer = answers.get(uuid);
    return answer?.kind === 'trust' ? [{ node: uuid, candidate, trust: answer.trust }] : [];
  });
  const blockedBy = scope.flatMap((node) => {
    const answer = answers.get(node);
    return answer?.kind === 'failed' ? [{ node, why: answer.why }] : [];
  });
  return { scope, everybody, seen: everybody.filter(({ node }) => scope.includes(node)), blockedBy };
}

type Phase = (renewal: Renewal, scene: Scene, nowSeconds: number) => RenewalPlan;

const phases: Readonly<Record<RenewalPhase, Phase>> = {
  'trust-new': (renewal, { seen, blockedBy: refusing, ssh }) => {
    const tasks = tasksFor(
      'prepare',
      renewal,
      seen.filter((node) => !isPrepared(renewal, node)),
    );
    const blockedBy = [...refusing, ...(ssh?.lacking ?? [])];
    return { tasks, blockedBy, ...whenDone(tasks, blockedBy, { renewal: { ...renewal, phase: 'switch' } }) };
  },

  switch: (renewal, { seen, blockedBy: refusing, ssh }, nowSeconds) => {
    const tasks = switchTasks(
      renewal,
      seen.filter((node) => !isSwitched(renewal, node)),
      ssh,
    );
    const blockedBy = [...refusing, ...(ssh?.lacking ?? [])];
    // Who is away keeps its own certificate, which goes on to count.
    const graceSeconds = waitsForAbsent(renewal.items) ? renewal.graceSeconds : 0;
    const next: Renewal = {
      ...renewal,
      phase: 'drop-old',
      dropAtSeconds: nowSeconds + graceSeconds,
      switched: seen.map(({ node }) => node),
    };
    return { tasks, blockedBy, ...whenDone(tasks, blockedBy, { renewal: next }) };
  },

  'drop-old': (renewal, { seen, scope, blockedBy: refusing, ssh }, nowSeconds) => {
    const blockedBy = [...refusing, ...(ssh?.lacking ?? [])];
    const late = seen.filter(({ node }) => !renewal.switched.includes(node));
    const behind = late.filter((node) => !isSwitched(renewal, node));
    if (behind.length > 0) return { tasks: switchTasks(renewal, behind, ssh), blockedBy };
    const switched = [...renewal.switched, ...late.map(({ node }) => node)];
    if (late.length > 0) return { tasks: [], blockedBy, next: { renewal: { ...renewal, switched } } };
    const leftBehind = scope.filter((node) => !switched.includes(node));
    if (leftBehind.length > 0 && nowSeconds < (renewal.dropAtSeconds ?? 0)) return { tasks: [], blockedBy };
    if (isJustSwitched(renewal, nowSeconds)) return { tasks: [], blockedBy: [] };
    const keys = ssh && dropSshKeys(renewal, switched, ssh);
    if (keys) return keys;
    const tasks = tasksFor(
      'finish',
      renewal,
      seen.filter(({ trust }) => trust.renewal !== null),
    );
    const end = { id: renewal.id, end: 'done', leftBehind } as const;
    return { tasks, blockedBy, ...whenDone(tasks, [], { end }) };
  },

  abort: (renewal, { everybody, blockedBy }) => {
    const tasks = tasksFor(
      'restore',
      renewal,
      everybody.filter(({ trust }) => trust.renewal !== null),
    );
    const end = { id: renewal.id, end: 'aborted', leftBehind: [] } as const;
    return { tasks, blockedBy, ...whenDone(tasks, [], { end }) };
  },
};

/** Whether somebody may still be about to show what he read before the switch. A clock that was put back waits for nothing. */
function isJustSwitched(
  { authorities, ssh, dropAtSeconds, graceSeconds }: Renewal,
  nowSeconds: number,
): boolean {
  if ((!authorities && !ssh) || dropAtSeconds === null) return false;
  const sinceSwitch = nowSeconds - (dropAtSeconds - graceSeconds);
  return sinceSwitch >= 0 && sinceSwitch * 1_000 < timings.oldAnchorMs;
}

/** A node logs in with its new SSH key when all others let it in, and not before. */
const switchTasks = (
  renewal: Renewal,
  behind: readonly SeenNode[],
  ssh: SshScene | undefined,
): readonly NodeTask[] => [
  ...tasksFor(
    'prepare',
    renewal,
    behind.filter((seen) => ssh && !hasMadeKey(renewal, seen)),
  ),
  ...tasksFor(
    'switch',
    renewal,
    behind.filter((seen) => !ssh || (hasMadeKey(renewal, seen) && ssh.isLetIn(seen.node))),
  ),
];

const hasMadeKey = ({ id }: Renewal, { trust: { renewal } }: SeenNode): boolean =>
  renewal?.id === id && renewal.sshPublicKey !== undefined;

const whenDone = (
  tasks: readonly NodeTask[],
  blockedBy: RenewalPlan['blockedBy'],
  next: NonNullable<RenewalPlan['next']>,
): Pick<RenewalPlan, 'next'> => (tasks.length === 0 && blockedBy.length === 0 ? { next } : {});

const tasksFor = (task: RenewalTask, { id }: Renewal, nodes: readonly SeenNode[]): readonly NodeTask[] =>
  nodes.map(({ node }) => ({ node, task, id }));

/** By fingerprint: it holds what it is to put in place, and counts both cluster certificates. */
function isPrepared(
  { id, authorities, fingerprints, ssh }: Renewal,
  { trust, candidate }: SeenNode,
): boolean {
  const { renewal } = trust;
  if (renewal?.id !== id) return false;
  if (ssh && renewal.sshPublicKey === undefined) return false;
  const trusts = !authorities || hasAll(trust.authoritySha256s, [authorities.old, authorities.new]);
  const needsKey = candidate && authorities !== null;
  return (
    trusts && (!needsKey || renewal.holdsClusterKey) && sameFingerprints(renewal.fingerprints, fingerprints)
  );
}

/** By fingerprint: it shows a certificate of the new cluster certificate, which its server.pem holds. */
function isSwitched({ id, authorities, fingerprints }: Renewal, { trust }: SeenNode): boolean {
  const { renewal, authoritySha256s } = trust;
  if (renewal?.id !== id || renewal.stage !== 'switched') return false;
  const signedAnew = !authorities || authoritySha256s[0] === authorities.new;
  return signedAnew && sameFingerprints(renewal.fingerprints, fingerprints);
}

const hasAll = (found: readonly string[], wanted: readonly string[]): boolean =>
  wanted.every((one) => found.includes(one));

const sameFingerprints = (found: Renewal['fingerprints'], wanted: Renewal['fingerprints']): boolean =>
  Object.keys(found).length === Object.keys(wanted).length &&
  Object.entries(wanted).every(([name, fingerprint]) => found[name] === fingerprint);

/**
 * Of renewals that ended while a node was away. What it switched to stays, unless that was taken back. A node that joined
 * during one still counts both cluster certificates, and takes part in none.
 */
const leftoverTasks = (
  past: readonly PastRenewal[],
  present: Renewal | undefined,
  answers: TrustAnswers,
): readonly NodeTask[] =>
  [...answers].flatMap(([node, answer]): readonly NodeTask[] => {
    if (answer.kind !== 'trust') return [];
    const { renewal, authoritySha256s } = answer.trust;
    if (!renewal)
      return authoritySha256s.length > 1 && !present?.authorities
        ? [{ node, task: 'finish', id: noRenewal }]
        : [];
    if (renewal.id === present?.id) return [];
    const { id, stage } = renewal;
    const isKept = stage === 'switched' && past.find((one) => one.id === id)?.end !== 'aborted';
    return [{ node, task: isKept ? 'finish' : 'restore', id }];
  });

/** The id of what a node has to forget that took part in no renewal. */
const noRenewal = 'none';
