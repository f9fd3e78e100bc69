/** Shows the steps of an operation that runs in a master daemon, and makes its end the output and the exit code. */
import { ClusterError } from '@quorate/domain/errors';
import type { StepEvent__Output } from '@quorate/rpc/gen/quorate/master/v1/StepEvent';
import type { GlobalOptions } from './context.ts';
import { liveSteps, stepRecorder } from './live-steps.ts';
import { errorObject, printResult, reportError } from './output.ts';
import { stepEvent } from './step-event.ts';

/** One message of the stream: the outcome comes once, last. */
interface StepOrOutcome<O> {
  readonly step?: StepEvent__Output | null;
  readonly outcome?: O | null;
}

interface Following<O> {
  /** What it is, for people: `failover`. */
  readonly what: string;
  /** Calls the master daemon. */
  readonly open: () => AsyncIterable<StepOrOutcome<O>>;
  /** Prints the outcome and resolves to the exit code. */
  readonly print: (outcome: O, steps: readonly object[]) => number;
  /** What stands for the outcome in JSON when there is none. */
  readonly none: object;
}

/** An error is printed, not thrown: with `--json` beside the steps that went before it. */
export async function followSteps<O>(
  options: GlobalOptions,
  { what, open, print, none }: Following<O>,
): Promise<number> {
  const { report, steps } = stepRecorder(liveSteps(options.json === true));
  try {
    let outcome: O | null = null;
    for await (const { step, outcome: last } of open()) {
      if (step) report(stepEvent(step));
      outcome = last ?? outcome;
    }
    if (!outcome)
      throw new ClusterError('INTERNAL', `The master daemon ended the ${what} without an outcome`);
    return print(outcome, steps);
  } catch (caught) {
    if (!options.json) return reportError(caught, options);
    const error = errorObject(caught);
    printResult(options, { ...none, error, steps }, []);
    return error.exitCode;
  }
}
