/** Keeps how each step ended, as a line: `name: done`, or `name: warned (why)`. */
import type { ReportStep } from '../steps.ts';

export function stepReport(): { readonly report: ReportStep; readonly steps: () => readonly string[] } {
  const lines: string[] = [];
  return {
    steps: () => lines,
    report: ({ name, state, error }) => {
      if (state !== 'started') lines.push(`${name}: ${state}${error ? ` (${error.message})` : ''}`);
    },
  };
}
