/**
 * The journal of operations on this node: one JSON line for each step as it begins and as it ends, on disk before
 * the step goes on.
 *
 * It says what was done, never what is still true: an operation that broke off is run again, and asks and decides
 * again first. For people and for `quorate status`.
 */
import type { State } from './state.ts';

export interface JournalEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly operation: string;
  readonly step: string;
  readonly state: 'started' | 'done' | 'warned' | 'failed';
  readonly why?: string;
}

export const appendJournal = ({ files, layout }: State, entry: JournalEntry): Promise<void> =>
  files.appendLine(layout.journal.path, JSON.stringify(entry), { mode: layout.journal.mode });

/** The entries that can be read, oldest first: a line cut short by a crash is passed over. */
export async function readJournal({ files, layout }: State): Promise<readonly JournalEntry[]> {
  const text = (await files.readText(layout.journal.path)) ?? '';
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as JournalEntry];
    } catch {
      return [];
    }
  });
}
