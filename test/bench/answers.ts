/** What a probe (probe.mjs) saw, and how long nobody answered while the address moved. Touches nothing. */

export interface Question {
  readonly sentMs: number;
  readonly answeredMs: number | undefined;
  /** Hardware address of who answered. */
  readonly by: string | undefined;
}

export const parseQuestions = (text: string): readonly Question[] =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [sent, answered = '-', by = '-'] = line.split(' ');
      const silent = answered === '-';
      return {
        sentMs: Number(sent),
        answeredMs: silent ? undefined : Number(answered),
        by: silent ? undefined : by,
      };
    });

export interface Move {
  /** Between the last answer of the old holder and the first of the new one, ms. */
  readonly gapMs: number;
  /** When the new one answered first, on the machine's monotonic clock. */
  readonly firstMs: number;
  /** How often the old one answered after that; it must not. */
  readonly oldAfterwards: number;
}

/** Undefined if the new one was never heard, or the old one never before it. */
export function moveOf(questions: readonly Question[], from: string, to: string): Move | undefined {
  const answered = questions.flatMap(({ answeredMs, by }) =>
    answeredMs === undefined ? [] : [{ answeredMs, by }],
  );
  const first = answered.find(({ by }) => by === to)?.answeredMs;
  const old = answered.filter(({ by }) => by === from);
  const last = old.findLast(({ answeredMs }) => first !== undefined && answeredMs <= first)?.answeredMs;
  if (first === undefined || last === undefined) return undefined;
  const oldAfterwards = old.filter(({ answeredMs }) => answeredMs > first).length;
  return { gapMs: first - last, firstMs: first, oldAfterwards };
}

/** `min 1, median 2, max 3` ms. */
export function distribution(values: readonly number[]): string {
  if (values.length === 0) return 'nothing measured';
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? NaN;
  const middle = (sorted.length - 1) / 2;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  const figures = { min: at(0), median, max: at(sorted.length - 1) };
  return Object.entries(figures)
    .map(([name, ms]) => `${name} ${Math.round(ms)}`)
    .join(', ')
    .concat(` ms (${values.length} runs)`);
}
