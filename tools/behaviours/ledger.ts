/**
 * Behaviours beside the tests that cite them: the state of each, and what is wrong with the whole.
 *
 * An excuse for something that a test proves is wrong too: the list says what is missing, and nothing else.
 */
import type { Citation } from './citations.ts';
import type { Behaviour, BehaviourList, Excuse } from './list.ts';

export interface LedgerEntry extends Behaviour {
  /** `cited`, `uncited`, or the kind of its excuse. */
  readonly state: string;
  readonly reason?: string;
  readonly tests: readonly Citation[];
}

export interface Ledger {
  readonly entries: readonly LedgerEntry[];
  readonly findings: readonly string[];
}

export function ledgerOf(list: BehaviourList, citations: readonly Citation[]): Ledger {
  const byId = groupedBy(citations, ({ id }) => id);
  const excuses = new Map(list.excuses.map((excuse) => [excuse.id, excuse]));
  const entries = list.behaviours.map((behaviour) =>
    entryOf(behaviour, byId.get(behaviour.id) ?? [], excuses.get(behaviour.id)),
  );
  return { entries, findings: [...list.complaints, ...findingsIn(entries), ...strangers(list, citations)] };
}

function entryOf(behaviour: Behaviour, tests: readonly Citation[], excuse: Excuse | undefined): LedgerEntry {
  const state = tests.length > 0 ? 'cited' : (excuse?.kind ?? 'uncited');
  return { ...behaviour, state, ...(excuse && { reason: excuse.reason }), tests };
}

const findingsIn = (entries: readonly LedgerEntry[]): readonly string[] =>
  entries.flatMap(({ id, state, reason, text, tests: [test] }) => {
    if (state === 'uncited') return [`${id} is named by no test and not excused: ${text}`];
    if (!test || reason === undefined) return [];
    return [`${id} is excused although ${placeOf(test)} names it; delete the excuse`];
  });

const strangers = ({ behaviours }: BehaviourList, citations: readonly Citation[]): readonly string[] =>
  citations
    .filter(({ id }) => !behaviours.some((behaviour) => behaviour.id === id))
    .map((citation) => `${citation.id} is named in ${placeOf(citation)} and not listed`);

export const placeOf = ({ file, line }: Citation): string => `${file}:${line}`;

/** In the order in which the keys come first; Node 20 has no `Map.groupBy`. */
export function groupedBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item)) ?? [];
    groups.set(keyOf(item), group);
    group.push(item);
  }
  return groups;
}
