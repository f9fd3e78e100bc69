/**
 * Looks on while the master daemon renews, and shows each phase as it begins and ends. The work does not depend on it.
 */
import { ClusterError } from '@quorate/domain/errors';
import { renewalPhases, type RenewalPhase } from '@quorate/domain/renewal';
import { timings } from '@quorate/domain/timings';
import type { StepEvent } from '@quorate/bootstrap/steps';
import type { Clock } from '@quorate/platform/clock';
import type { GetRenewalResponse__Output } from '@quorate/rpc/gen/quorate/master/v1/GetRenewalResponse';

export interface RenewalOutcome {
  /** waiting: every node that answers has switched, and some are away. */
  readonly end: 'done' | 'aborted' | 'waiting';
  /** Nodes that are away, or were until the end. */
  readonly away: readonly string[];
  /** Until when they may catch up, seconds since 1970; 0 if they may not. */
  readonly until: number;
}

interface Parts {
  readonly look: () => Promise<GetRenewalResponse__Output>;
  readonly report: (event: StepEvent) => void;
  readonly clock: Clock;
}

/**
 * Resolves when it has ended, or waits for nothing but nodes that are away. Throws POST_CONDITION_FAILED when it does
 * not get on, naming the nodes that keep it; it goes on when they can.
 */
export async function followRenewal(id: string, { look, report, clock }: Parts): Promise<RenewalOutcome> {
  const steps = phaseReporter(report, clock);
  // A node that refuses is asked again and again, and looks between as if it did not: what was seen before is no progress.
  const known = new Set<string>();
  let changedMs = clock.monotonicMs();
  for (;;) {
    const seen = await look();
    const outcome = outcomeOf(id, seen, clock.now().getTime() / 1000);
    if (outcome) {
      steps.end('done');
      return outcome;
    }
    steps.at(seen.underWay?.phase as RenewalPhase);
    const now = describe(seen);
    if (!known.has(now)) changedMs = clock.monotonicMs();
    known.add(now);
    const failed = seen.nodes.filter(({ why, state }) => why !== '' && state !== 'away');
    const limitMs = failed.length > 0 ? timings.renewalStuckMs : timings.renewalFollowMs;
    if (clock.monotonicMs() - changedMs > limitMs) throw stuck(steps, seen, failed);
    await clock.sleep(timings.probeMaxMs / 4);
  }
}

function outcomeOf(
  id: string,
  { underWay, last, nodes }: GetRenewalResponse__Output,
  nowSeconds: number,
): RenewalOutcome | undefined {
  if (last?.id === id)
    return { end: last.end === 'aborted' ? 'aborted' : 'done', away: last.leftBehind, until: 0 };
  if (underWay?.id !== id)
    throw new ClusterError('CONFIGURATION_CHANGED', 'The renewal is not that of this order any more');
  const { phase, waitingFor, dropAt } = underWay;
  const isAway = (name: string): boolean =>
    nodes.some((node) => node.name === name && ['away', 'offline'].includes(node.state));
  const onlyAway = phase === 'drop-old' && waitingFor.length > 0 && waitingFor.every(isAway);
  return onlyAway && dropAt > nowSeconds ? { end: 'waiting', away: waitingFor, until: dropAt } : undefined;
}

const describe = ({ underWay, nodes }: GetRenewalResponse__Output): string =>
  `${underWay?.phase} ${nodes.map(({ state }) => state).join(' ')}`;

function phaseReporter(report: (event: StepEvent) => void, clock: Clock) {
  let current: RenewalPhase | undefined;
  let beganMs = 0;
  const tell = (state: StepEvent['state'], error?: ClusterError): void => {
    if (!current) return;
    const durationMs = state === 'started' ? 0 : clock.monotonicMs() - beganMs;
    report({ name: current, doing: renewalPhases[current], state, durationMs, ...(error && { error }) });
  };
  return {
    at(phase: RenewalPhase | undefined): void {
      if (phase === undefined || phase === current) return;
      tell('done');
      current = phase;
      beganMs = clock.monotonicMs();
      tell('started');
    },
    end(state: 'done' | 'failed', error?: ClusterError): void {
      tell(state, error);
      current = undefined;
    },
  };
}

function stuck(
  steps: ReturnType<typeof phaseReporter>,
  { underWay }: GetRenewalResponse__Output,
  failed: GetRenewalResponse__Output['nodes'],
): ClusterError {
  const who = failed.map(({ name, why }) => `${name} (${why})`).join(', ') || 'the nodes that answer';
  const error = new ClusterError(
    'POST_CONDITION_FAILED',
    `The renewal stays in phase ${underWay?.phase} because of ${who}`,
    { hint: 'Mend that and follow it with quorate renew-crypto --resume, or take it back with --abort' },
  );
  steps.end('failed', error);
  return error;
}
