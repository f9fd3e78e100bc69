/** Steps that reach this node's journal before they are reported, one at a time. */
import { appendJournal } from '@quorate/cluster-state/journal';
import type { State } from '@quorate/cluster-state/state';
import type { Clock } from '@quorate/platform/clock';
import { inTurn } from '@quorate/platform/in-turn';
import type { ReportStep } from './steps.ts';

/** For one operation; `turn` is shared by operations that run side by side in one process. */
export const journalledSteps =
  (
    { state, clock, turn = inTurn() }: { state: State; clock: Clock; turn?: ReturnType<typeof inTurn> },
    operation: string,
    report: ReportStep,
  ): ReportStep =>
  async (event) => {
    const { name: step, state: stepState, error } = event;
    const at = clock.now().toISOString();
    await turn(() =>
      appendJournal(state, { at, operation, step, state: stepState, ...(error && { why: error.message }) }),
    );
    await report(event);
  };
