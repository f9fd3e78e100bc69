/**
 * In office: takes the renewal that the configuration names one step further at a time, whoever ordered it and whoever
 * was master then, and begins one when certificates have lived two thirds of their life.
 *
 *   look ──▶ ask every node ──▶ tasks to do? ──▶ have them done, ask again
 *                                   └─ none ──▶ commit the next phase
 *
 * What is next is decided in domain/renewal.ts; nothing is remembered here but what was seen last, for those who ask.
 */
import type { ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { makeMaterial, type Material } from '@quorate/bootstrap/renewal-material';
import {
  findMaterial,
  gatherTrust,
  makeReady,
  nodeIn,
  prepare,
  type ReadyTask,
  type SignedBefore,
} from '@quorate/bootstrap/renewal';
import { appendJournal } from '@quorate/cluster-state/journal';
import { readRepairs } from '@quorate/cluster-state/repairs';
import type { State } from '@quorate/cluster-state/state';
import { certificateLevel, daysLeft } from '@quorate/domain/certificate-life';
import {
  automaticRenewal,
  cappedGraceSeconds,
  certificateLifeSeconds,
  graceBounds,
  lookIntervalMs,
  renewsAutomatically,
} from '@quorate/domain/certificate-renewal';
import {
  changedPins,
  notOnRecord,
  settledNodes,
  unknownCertificates,
  withCertificatePins,
  withMadeCertificates,
  withOthersRevoked,
} from '@quorate/domain/certificate-pins';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import { isoTime } from '@quorate/domain/initial-configuration';
import {
  planRenewal,
  type NodeTask,
  type Renewal,
  type RenewalPlan,
  type TrustAnswer,
  type TrustAnswers,
} from '@quorate/domain/renewal';
import {
  underWay,
  withGrace,
  withNewRenewal,
  withProgress,
  withRenewalAborted,
} from '@quorate/domain/renewal-changes';
import type { RenewalItem } from '@quorate/domain/renewal-items';
import { rosterOf } from '@quorate/domain/roster-of';
import { isCandidate, type NodeUuid, type RosterNode } from '@quorate/domain/roster';
import { withSshKeyNews, type SshKeyWish } from '@quorate/domain/ssh-key-renewal';
import { timings } from '@quorate/domain/timings';
import { fractionOf, randomUuid, sha256Hex } from '@quorate/platform/digest';
import { inTurn } from '@quorate/platform/in-turn';
import type { Log } from '@quorate/platform/log';
import type { Mastership } from './mastership.ts';

export interface RenewalOrder {
  readonly items: readonly RenewalItem[];
  /** null for all. */
  readonly nodes: readonly NodeUuid[] | null;
  /** The administrator's own files, by name. */
  readonly supplied: Material;
  readonly graceSeconds: number;
  /** Of root's SSH keys, if they are among the items. */
  readonly sshKey?: SshKeyWish | undefined;
}

/** What was seen last. */
export interface RenewalView {
  readonly answers: TrustAnswers;
  readonly blockedBy: RenewalPlan['blockedBy'];
}

export interface RenewalKeeper {
  /** Resolves when the renewal is part of the configuration; the rest goes on by itself. */
  start(order: RenewalOrder): Promise<Renewal>;
  abort(): Promise<void>;
  /** Shortens what is left of the grace. */
  shortenGrace(seconds: number): Promise<void>;
  /** Asks every node that is not marked offline; throws NOT_MASTER. */
  answers(): Promise<TrustAnswers>;
  /** What the last look saw; looks only if there was none yet. */
  view(): Promise<RenewalView>;
  /** Goes on with it until the signal; never rejects. */
  watch(signal: AbortSignal): Promise<void>;
}

interface Parts {
  readonly state: State;
  readonly access: ClusterAccess;
  readonly mastership: Pick<Mastership, 'tenure' | 'change' | 'leaseLeftMs'>;
  readonly log: Log;
}

/** A look that finds something to do looks again at once, so often at most: then others are let in. */
const roundsPerLook = 8;

export function createRenewalKeeper({ state, access, mastership, log }: Parts): RenewalKeeper {
  const oneAtATime = inTurn();
  let seen: RenewalView = { answers: new Map(), blockedBy: [] };
  /** Of a renewal whose files are not on this node's disk. */
  let fetched: { readonly id: string; readonly material: Material } | undefined;
  const signedBefore: SignedBefore = new Map();
  let wake = new AbortController();
  const told = new Map<NodeUuid, string>();
  const unknownTold = new Map<NodeUuid, string>();

  const nowSeconds = (): number => access.clock.now().getTime() / 1000;

  /** undefined in standby, without a lease, and while a change is undecided. */
  function presentRecord(): ClusterRecord | undefined {
    const tenure = mastership.tenure();
    const mayAct = tenure.kind === 'in-office' && !tenure.pending && mastership.leaseLeftMs() > 0;
    return mayAct ? tenure.record : undefined;
  }

  function requireRecord(): ClusterRecord {
    const record = presentRecord();
    if (record) return record;
    throw new ClusterError('NOT_MASTER', 'This node is not the master, or its last change is undecided', {
      hint: 'quorate status shows the master and what is undecided',
    });
  }

  async function start({ items, nodes, supplied, graceSeconds, sshKey }: RenewalOrder): Promise<Renewal> {
    const record = requireRecord();
    if (record.ours.renewal) throw underWay(record.ours.renewal);
    const now = access.clock.now();
    const { material, ...made } = await makeMaterial(state, record, { items, supplied, now });
    const renewal: Renewal = {
      id: randomUuid(),
      phase: 'trust-new',
      since: isoTime(nowSeconds()),
      graceSeconds: cappedGraceSeconds(graceSeconds, record.ours.parameters),
      dropAtSeconds: null,
      switched: [],
      ...{ items, nodes, ...made },
      ...(sshKey && { ssh: { ...sshKey, dropped: [] } }),
    };
    await keepOnCandidates(record, renewal, material);
    await mastership.change((present, seconds) => withNewRenewal(present, renewal, seconds));
    await noteInJournal(renewal.phase);
    log.info({ id: renewal.id, items, nodes }, 'renewal begins');
    wake.abort();
    return renewal;
  }

  /**
   * On this disk, and on those of the candidates that answer, before anybody hears of it: the next master must find it.
   * Who refuses is asked again as everybody is, and then keeps the renewal from going on.
   */
  async function keepOnCandidates(
    record: ClusterRecord,
    renewal: Renewal,
    material: Material,
  ): Promise<void> {
    // An SSH key is of use to its own node only, and long ones take their time.
    const { ssh: _, ...shared } = renewal;
    const keep = (node: RosterNode) => prepare({ access, record, material }, node, shared);
    await keep(nodeIn(record, access.own));
    if (Object.keys(material).length === 0) return;
    const others = rosterOf(record, '').nodes.filter((node) => isCandidate(node) && node.uuid !== access.own);
    await Promise.allSettled(others.map(keep));
  }

  const noteInJournal = (step: string): Promise<void> =>
    appendJournal(state, {
      at: access.clock.now().toISOString(),
      operation: 'renew-crypto',
      step,
      state: 'started',
    });

  // --- one look

  /** Resolves to whether there may be more to do at once. */
  async function look(): Promise<boolean> {
    const record = presentRecord();
    if (!record) return false;
    const answers = new Map(await gatherTrust(access, record));
    const plan = planRenewal(record, answers, nowSeconds(), sha256Hex);
    seen = { answers, blockedBy: plan.blockedBy };
    const { sshKeys } = plan;
    if (sshKeys) {
      await mastership.change((present, seconds) => withSshKeyNews(present, sshKeys, seconds));
      return true;
    }
    if (plan.tasks.length > 0) return doTasks(record, plan.tasks, answers);
    if (await proceed(record, plan, answers)) return true;
    warnOfEnds(record, answers);
    return beginIfDue(record, answers);
  }

  /** Whether any of them came off; those that did not are tried again later. */
  async function doTasks(
    record: ClusterRecord,
    tasks: readonly NodeTask[],
    answers: Map<NodeUuid, TrustAnswer>,
  ): Promise<boolean> {
    const isHandingOut = tasks.some(({ task }) => task === 'prepare' || task === 'switch');
    const material = isHandingOut ? await materialOf(record) : {};
    if (!material) return false;
    const parts = { state, access, record, material, signedBefore };
    const ready = await Promise.all(tasks.map((task) => makeReady(parts, task)));
    await putOnRecord(record, ready);
    const outcomes = await Promise.all(ready.map(async ({ node, go }) => [node, await go()] as const));
    for (const [node, outcome] of outcomes) answers.set(node, outcome);
    const failed = outcomes.flatMap(([node, outcome]) =>
      outcome.kind === 'trust' ? [] : [{ node, why: outcome.why }],
    );
    for (const { node, why } of failed)
      log.warn({ node, why }, 'a node could not do its part of the renewal');
    seen = { answers, blockedBy: failed };
    return failed.length < outcomes.length;
  }

  /** Whoever is master when a node shows its new certificate must know it. */
  async function putOnRecord(record: ClusterRecord, ready: readonly ReadyTask[]): Promise<void> {
    const made = notOnRecord(
      record,
      ready.flatMap((task) => task.made ?? []),
    );
    if (made.length > 0)
      await mastership.change((present, seconds) => withMadeCertificates(present, made, seconds));
  }

  async function materialOf(record: ClusterRecord): Promise<Material | undefined> {
    const { renewal } = record.ours;
    if (!renewal) return {};
    if (fetched?.id === renewal.id) return fetched.material;
    const material = await findMaterial(state, access, record, renewal);
    if (material) fetched = { id: renewal.id, material };
    else log.warn({ id: renewal.id }, 'no candidate that answers holds what is to be put in place');
    return material;
  }

  async function proceed(record: ClusterRecord, plan: RenewalPlan, answers: TrustAnswers): Promise<boolean> {
    const { next } = plan;
    const { renewal } = record.ours;
    const pins = changedPins(record, answers, await readRepairs(state));
    warnOfUnknown(record, unknownCertificates(record, answers, pins));
    const settled = settledNodes(record, answers, nowSeconds());
    if (!next && pins.length === 0 && settled.length === 0) return false;
    await mastership.change((present, seconds) => {
      const pinned = withOthersRevoked(withCertificatePins(present, pins, seconds), settled, seconds);
      return next && renewal ? withProgress(pinned, renewal, next, seconds) : pinned;
    });
    if (!next) return false;
    const step = 'renewal' in next ? next.renewal.phase : next.end.end;
    await noteInJournal(step);
    log.info({ id: renewal?.id, step }, 'renewal goes on');
    if ('end' in next) {
      fetched = undefined;
      signedBefore.clear();
    }
    return true;
  }

  /** Each once: nobody who calls as that node, or answers for it, is trusted with what is for candidates. */
  function warnOfUnknown(
    { configuration }: ClusterRecord,
    unknown: ReturnType<typeof unknownCertificates>,
  ): void {
    for (const { node, certificateSha256 } of unknown) {
      if (unknownTold.get(node) !== certificateSha256)
        log.warn(
          { node: configuration.nodes[node]?.name, certificateSha256 },
          'a node shows a certificate that was not made for it here; if it was repaired, sign that on the master',
        );
      unknownTold.set(node, certificateSha256);
    }
  }

  // --- without an order

  async function beginIfDue(record: ClusterRecord, answers: TrustAnswers): Promise<boolean> {
    const { parameters, renewal } = record.ours;
    if (renewal || !renewsAutomatically(parameters)) return false;
    const due = automaticRenewal(answers, fractionOf, certificateLifeSeconds(parameters), nowSeconds());
    if (!due) return false;
    await start({ ...due, supplied: {}, graceSeconds: graceBounds.usualSeconds });
    return true;
  }

  /** Each level once for each node. */
  function warnOfEnds({ configuration }: ClusterRecord, answers: TrustAnswers): void {
    for (const [node, answer] of answers) {
      if (answer.kind !== 'trust') continue;
      const { notAfterSeconds, authorityNotAfterSeconds } = answer.trust;
      const days = daysLeft(Math.min(notAfterSeconds, authorityNotAfterSeconds), nowSeconds());
      const level = certificateLevel(days) ?? '';
      if (level !== '' && told.get(node) !== level)
        log.warn(
          { node: configuration.nodes[node]?.name, days: Math.floor(days) },
          'a certificate ends soon',
        );
      told.set(node, level);
    }
  }

  // --- the watch

  async function lookOften(): Promise<number> {
    for (let round = 0; round < roundsPerLook; round += 1) if (!(await oneAtATime(look))) break;
    return pauseMs();
  }

  function pauseMs(): number {
    const record = presentRecord();
    if (!record) return timings.surveyIntervalMs;
    if (record.ours.renewal) return timings.renewalRetryMs;
    const isAbsent = [...seen.answers.values()].some(({ kind }) => kind !== 'trust');
    const isUnsettled = Object.values(record.ours.nodes).some((node) => node.otherCertificates !== undefined);
    const usualMs = isAbsent || isUnsettled ? timings.absentNodeLookMs : timings.certificateLookMs;
    return lookIntervalMs(usualMs, record.ours.parameters);
  }

  async function watch(signal: AbortSignal): Promise<void> {
    let lastError = '';
    while (!signal.aborted) {
      wake = new AbortController();
      const ms = await lookOften().then(
        (pause) => ((lastError = ''), pause),
        (caught: unknown) => {
          const { message } = clusterErrorFrom(caught);
          if (message !== lastError) log.warn({ why: message }, 'the renewal did not get on');
          lastError = message;
          return timings.renewalRetryMs;
        },
      );
      await access.clock.sleep(ms, AbortSignal.any([signal, wake.signal])).catch(() => undefined);
    }
  }

  async function steer(change: Parameters<Mastership['change']>[0]): Promise<void> {
    requireRecord();
    await mastership.change(change);
    wake.abort();
  }

  return {
    start: (order) => oneAtATime(() => start(order)),
    abort: () => steer(withRenewalAborted),
    shortenGrace: (graceSeconds) => steer((present, seconds) => withGrace(present, graceSeconds, seconds)),
    answers: async () => gatherTrust(access, requireRecord()),
    view: async () => {
      if (seen.answers.size === 0) await oneAtATime(look).catch(() => undefined);
      return seen;
    },
    watch,
  };
}
