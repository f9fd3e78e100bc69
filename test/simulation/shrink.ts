/** Makes a failing run small: leaves out what happens in it, first in halves, then one by one, while it still fails. */
import type { Violation } from './observer.ts';
import type { Action, Schedule } from './schedule.ts';
import { simulate, type RunOptions } from './simulate.ts';

export interface Shrunk {
  readonly schedule: Schedule;
  readonly violation: Violation;
}

/** At most `tries` runs. The same invariant must break, if perhaps elsewhere and in other words. */
export function shrink(schedule: Schedule, violation: Violation, options: RunOptions, tries = 400): Shrunk {
  let smallest: Shrunk = { schedule, violation };
  let left = tries;

  function isEnough(actions: readonly Action[]): boolean {
    left -= 1;
    const smaller = { ...schedule, actions };
    const outcome = simulate(smaller, { fault: options.fault });
    if (outcome.violation?.invariant !== violation.invariant) return false;
    smallest = { schedule: smaller, violation: outcome.violation };
    return true;
  }

  for (
    let size = Math.ceil(schedule.actions.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let from = 0; from < smallest.schedule.actions.length && left > 0;) {
      const { actions } = smallest.schedule;
      if (!isEnough(actions.filter((_, index) => index < from || index >= from + size))) from += size;
    }
  }
  return smallest;
}
