/** What a campaign and its workers say to each other. */
import type { Violation } from './observer.ts';

/** Every `stride`-th seed of `from` to `to` - 1. */
export interface Share {
  readonly from: number;
  readonly to: number;
  readonly stride: number;
  readonly fault: string | undefined;
  readonly stopAtFirst: boolean;
}

export interface Totals {
  readonly runs: number;
  readonly steps: number;
  readonly virtualMs: number;
  readonly changesCommitted: number;
  readonly failovers: number;
}

export const noTotals: Totals = { runs: 0, steps: 0, virtualMs: 0, changesCommitted: 0, failovers: 0 };

export const addTotals = (a: Totals, b: Totals): Totals => ({
  runs: a.runs + b.runs,
  steps: a.steps + b.steps,
  virtualMs: a.virtualMs + b.virtualMs,
  changesCommitted: a.changesCommitted + b.changesCommitted,
  failovers: a.failovers + b.failovers,
});

export interface Found {
  readonly seed: number;
  readonly violation: Violation;
}

export type Line = ({ readonly kind: 'found' } & Found) | { readonly kind: 'done'; readonly totals: Totals };
