/**
 * Whether two hosts held something at the same moment, told from looks that each took a while. Touches nothing.
 *
 *   host 1   ─[seen]──────[seen]─────[not]──      held for certain between the end of one look and the begin of
 *   host 2   ────[not]──────────[seen]─[seen]     the next, if both saw it; so a slow look never makes a verdict
 */

export interface Look {
  readonly host: number;
  /** The same kind of look on the same host is one sequence. */
  readonly by: string;
  /** What was seen was so at some moment between these, ms. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly holds: boolean;
}

export interface Span {
  readonly host: number;
  readonly by: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Looks further apart than this prove nothing about the time between them. */
const longestHoleMs = 200;

/** In which times a host held it for certain. */
export function certainSpans(looks: readonly Look[]): readonly Span[] {
  const spans: Span[] = [];
  const open = new Map<string, { span: Span; lastMs: number }>();
  for (const { host, by, fromMs, toMs, holds } of looks) {
    const key = `${host} ${by}`;
    const before = open.get(key);
    const goesOn = holds && before !== undefined && fromMs - before.lastMs <= longestHoleMs;
    const span = goesOn
      ? { ...before.span, toMs: Math.max(before.span.toMs, fromMs) }
      : { host, by, fromMs: toMs, toMs };
    if (before !== undefined && !goesOn) spans.push(before.span);
    if (holds) open.set(key, { span, lastMs: toMs });
    else open.delete(key);
  }
  return [...spans, ...[...open.values()].map(({ span }) => span)];
}

/** Pairs of spans of different hosts that have a moment in common. */
export function overlaps(looks: readonly Look[]): readonly (readonly [Span, Span])[] {
  const spans = certainSpans(looks);
  return spans.flatMap((a, index) =>
    spans
      .slice(index + 1)
      .filter((b) => a.host !== b.host && a.fromMs < b.toMs && b.fromMs < a.toMs)
      .map((b) => [a, b] as const),
  );
}
