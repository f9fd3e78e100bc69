/**
 * Runs the named steps of an operation and reports each one.
 *
 * An operation has a table of steps: name → the sentence an operator reads. The same names appear in the
 * report, the log and the tests. A required step ends the operation when it fails; a tolerated one leaves a
 * warning.
 */
import { clusterErrorFrom, type ClusterError } from '@quorate/domain/errors';
import type { Clock } from '@quorate/platform/clock';

export type StepTable = Readonly<Record<string, string>>;

export interface StepEvent {
  readonly name: string;
  readonly doing: string;
  readonly state: 'started' | 'done' | 'warned' | 'failed';
  readonly durationMs: number;
  /** Why it warned or failed. */
  readonly error?: ClusterError;
}

/** Where it is a journal, the step goes on when the entry is on disk. */
export type ReportStep = (event: StepEvent) => void | Promise<void>;

export interface StepRunner<T extends StepTable> {
  /** A failure ends the operation: the error is reported and thrown on. */
  required<R>(name: keyof T & string, work: () => Promise<R>): Promise<R>;
  /** A failure is reported and collected as a warning; the operation goes on without a result. */
  tolerated<R>(name: keyof T & string, work: () => Promise<R>): Promise<R | undefined>;
  readonly warnings: readonly string[];
}

export function stepRunner<T extends StepTable>(table: T, report: ReportStep, clock: Clock): StepRunner<T> {
  const warnings: string[] = [];

  async function run<R>(
    name: keyof T & string,
    work: () => Promise<R>,
    onFailure: 'warned' | 'failed',
  ): Promise<R> {
    const doing = table[name] ?? name;
    const start = clock.monotonicMs();
    const tell = async (state: StepEvent['state'], error?: ClusterError): Promise<void> =>
      report({ name, doing, state, durationMs: clock.monotonicMs() - start, ...(error && { error }) });
    await tell('started');
    try {
      const result = await work();
      await tell('done');
      return result;
    } catch (caught) {
      const error = clusterErrorFrom(caught);
      await tell(onFailure, error);
      throw error;
    }
  }

  return {
    warnings,
    required: (name, work) => run(name, work, 'failed'),
    async tolerated(name, work) {
      try {
        return await run(name, work, 'warned');
      } catch (caught) {
        warnings.push(`${table[name]}: ${clusterErrorFrom(caught).message}`);
        return undefined;
      }
    },
  };
}
