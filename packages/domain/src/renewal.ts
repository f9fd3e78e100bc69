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
import type { RenewalItem } from './renewal-items.ts';
import type { NodeUuid } from './roster.ts';
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
  } | null;
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
  /** To be done first, on all at once. */
  readonly tasks: readonly NodeTask[];
  /** To be committed when there is nothing to be done first. */
  readonly next?: { readonly renewal: Renewal } | { readonly end: Omit<PastRenewal, 'at'> };
  /** Nodes that keep the phase from ending, and why. */
  readonly blockedBy: readonly { readonly node: NodeUuid; readonly why: string }[];
}

export function planRenewal(
  { configuration, ours }: Draft,
  answers: TrustAnswers,
  nowSeconds: number,
): RenewalPlan {
  const { renewal } = ours;
  const leftovers = leftoverTasks(ours.pastRenewals ?? [], renewal, answers);
  if (leftovers.length > 0) return { tasks: leftovers, blockedBy: [] };
  if (!renewal) return { tasks: [], blockedBy: [] };
  const scene = sceneOf(renewal, Object.values(configuration.nodes), answers);
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

function sceneOf({ nodes }: Renewal, members: readonly Member[], answers: TrustAnswers): Scene {
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
  'trust-new': (renewal, { seen, blockedBy }) => {
    const tasks = tasksFor(
      'prepare',
      renewal,
      seen.filter((node) => !isPrepared(renewal, node)),
    );
    return { tasks, blockedBy, ...whenDone(tasks, blockedBy, { renewal: { ...renewal, phase: 'switch' } }) };
  },

  switch: (renewal, { seen, blockedBy }, nowSeconds) => {
    const tasks = tasksFor(
      'switch',
      renewal,
      seen.filter((node) => !isSwitched(renewal, node)),
    );
    // Certificates alone are nothing to wait for: who is away keeps its own, which goes on to count.
    const graceSeconds = Object.keys(renewal.fingerprints).length > 0 ? renewal.graceSeconds : 0;
    const next: Renewal = {
      ...renewal,
      phase: 'drop-old',
      dropAtSeconds: nowSeconds + graceSeconds,
      switched: seen.map(({ node }) => node),
    };
    return { tasks, blockedBy, ...whenDone(tasks, blockedBy, { renewal: next }) };
  },

  'drop-old': (renewal, { seen, scope, blockedBy }, nowSeconds) => {
    const late = seen.filter(({ node }) => !renewal.switched.includes(node));
    const behind = tasksFor(
      'switch',
      renewal,
      late.filter((node) => !isSwitched(renewal, node)),
    );
    if (behind.length > 0) return { tasks: behind, blockedBy };
    const switched = [...renewal.switched, ...late.map(({ node }) => node)];
    if (late.length > 0) return { tasks: [], blockedBy, next: { renewal: { ...renewal, switched } } };
    const leftBehind = scope.filter((node) => !switched.includes(node));
    if (leftBehind.length > 0 && nowSeconds < (renewal.dropAtSeconds ?? 0)) return { tasks: [], blockedBy };
    if (isJustSwitched(renewal, nowSeconds)) return { tasks: [], blockedBy: [] };
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
function isJustSwitched({ authorities, dropAtSeconds, graceSeconds }: Renewal, nowSeconds: number): boolean {
  if (!authorities || dropAtSeconds === null) return false;
  const sinceSwitch = nowSeconds - (dropAtSeconds - graceSeconds);
  return sinceSwitch >= 0 && sinceSwitch * 1_000 < timings.oldAnchorMs;
}

const whenDone = (
  tasks: readonly NodeTask[],
  blockedBy: RenewalPlan['blockedBy'],
  next: NonNullable<RenewalPlan['next']>,
): Pick<RenewalPlan, 'next'> => (tasks.length === 0 && blockedBy.length === 0 ? { next } : {});

const tasksFor = (task: RenewalTask, { id }: Renewal, nodes: readonly SeenNode[]): readonly NodeTask[] =>
  nodes.map(({ node }) => ({ node, task, id }));

/** By fingerprint: it holds what it is to put in place, and counts both cluster certificates. */
function isPrepared({ id, authorities, fingerprints }: Renewal, { trust, candidate }: SeenNode): boolean {
  const { renewal } = trust;
  if (renewal?.id !== id) return false;
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
