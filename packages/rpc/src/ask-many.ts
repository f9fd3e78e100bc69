/**
 * One question to many nodes at once: the round of votes, and everything shaped like it.
 *
 * All are asked in parallel without a cap (a cap multiplies the time-out by the number of dead nodes). The
 * round ends as soon as its outcome is fixed, everybody has answered, or its time is over; what is still out
 * then is called off, and what comes later is not counted.
 *
 * Counterpart in Ganeti: lib/bootstrap.py, GatherMasterVotes, which asks through RpcRunner.call_multi.
 */
import { abortOf, onAbort } from './abort.ts';

export interface RoundOptions<A> {
  /** Limit of the round, whatever its members do. */
  readonly roundMs: number;
  /** Whether these answers fix the outcome, so that nobody else need be waited for. Asked after each answer. */
  readonly decided?: (answers: readonly A[]) => boolean;
  /** Ends the round early from outside. */
  readonly signal?: AbortSignal;
}

/**
 * Answers in the order in which they came; whoever did not answer is simply missing.
 *
 * `ask` turns failures into answers and never rejects; if it does all the same, the round rejects. Its signal
 * aborts when the round ends.
 */
export async function askMany<P, A>(
  peers: readonly P[],
  ask: (peer: P, signal: AbortSignal) => Promise<A>,
  { roundMs, decided = () => false, signal }: RoundOptions<A>,
): Promise<readonly A[]> {
  const answers: A[] = [];
  const round = new AbortController();
  const end = () => round.abort();
  const timer = setTimeout(end, roundMs);
  const forget = onAbort(signal, end);

  const askOne = async (peer: P) => {
    const answer = await ask(peer, round.signal);
    if (round.signal.aborted) return;
    answers.push(answer);
    if (decided(answers)) end();
  };
  try {
    if (!round.signal.aborted) await Promise.race([abortOf(round.signal), Promise.all(peers.map(askOne))]);
  } finally {
    clearTimeout(timer);
    forget();
    end();
  }
  return answers;
}
