/**
 * Waits for something to become true, for a bounded time. The only place in the product that polls.
 *
 * Ganeti looks at its watch only after a probe, so that one probe that hangs outlasts any limit; here every probe is
 * given what remains and is left behind when that is over (BEH-196).
 *
 * Counterpart in Ganeti: lib/utils/retry.py, Retry, as lib/bootstrap.py uses it for its three waits.
 */
import type { Clock } from './clock.ts';
import { MachineError, messageOf } from './machine-error.ts';
import { seconds } from './seconds.ts';

export interface Wait {
  /** What is waited for, so that "waited 10 s for …" reads well: `the node daemon of node2 to answer`. */
  readonly what: string;
  readonly limitMs: number;
  /** Pause after the first probe; doubled after each, up to `maxMs`. */
  readonly firstMs: number;
  readonly maxMs: number;
  readonly clock: Clock;
  /** Ends the wait early, with the signal's reason. */
  readonly signal?: AbortSignal;
}

interface Outcome {
  readonly done: boolean;
  /** Why the probe failed, if it said. */
  readonly why?: unknown;
}

/** A probe that fails says "not yet", with its reason; one that takes longer than what remains says it without. */
async function boundedProbe(
  probe: (remainingMs: number) => Promise<boolean>,
  remainingMs: number,
  { clock, signal }: Wait,
): Promise<Outcome> {
  const over = new AbortController();
  const asked = (async (): Promise<Outcome> => ({ done: await probe(remainingMs) }))();
  const answer = asked.catch((why: unknown): Outcome => ({ done: false, why }));
  const limit = clock.sleep(remainingMs, AbortSignal.any([over.signal, ...(signal ? [signal] : [])]));
  try {
    return await Promise.race([answer, limit.then((): Outcome => ({ done: false }))]);
  } finally {
    over.abort();
  }
}

function gaveUp({ what, limitMs }: Wait, why: unknown): MachineError {
  const last = why === undefined ? '' : ` (the last attempt said: ${messageOf(why)})`;
  return new MachineError('TIMED_OUT', `Waited ${seconds(limitMs)} in vain for ${what}${last}`, {
    facts: { what, limitMs: String(limitMs) },
    cause: why,
  });
}

/** Probes at once and then at growing pauses until one says yes. Fails with TIMED_OUT naming what and how long. */
export async function awaitUntil(
  probe: (remainingMs: number) => Promise<boolean>,
  wait: Wait,
): Promise<void> {
  const { limitMs, firstMs, maxMs, clock, signal } = wait;
  const deadline = clock.monotonicMs() + limitMs;
  const remaining = () => deadline - clock.monotonicMs();
  let why: unknown;
  for (let pause = firstMs; remaining() > 0; pause = Math.min(pause * 2, maxMs)) {
    signal?.throwIfAborted();
    const outcome = await boundedProbe(probe, remaining(), wait);
    if (outcome.done) return;
    why = outcome.why ?? why;
    await clock.sleep(Math.min(pause, remaining()), signal);
  }
  throw gaveUp(wait, why);
}
