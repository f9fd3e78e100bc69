/**
 * The journal of operations on this node: one JSON line for each step as it begins and as it ends, on disk before
 * the step goes on.
 *
 * It says what was done, never what is still true: an operation that broke off is run again, and asks and decides
 * again first. For people and for `quorate status`. What is old is forgotten, so that it never fills the disk.
 */
import { object, oneOf, optional, parseShaped, text } from '@quorate/domain/shape';
import type { State } from './state.ts';

export interface JournalEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly operation: string;
  readonly step: string;
  readonly state: 'started' | 'done' | 'warned' | 'failed';
  readonly why?: string;
}

/** From this size on the journal is halved before the next entry. */
export const journalLimitBytes = 1024 * 1024;

/** On disk when it resolves. One operation writes at a time: what another appended during a halving would be lost. */
export async function appendJournal(state: State, entry: JournalEntry): Promise<void> {
  const { path, mode } = state.layout.journal;
  await forgetOldest(state);
  await state.files.appendLine(path, JSON.stringify(entry), { mode });
}

async function forgetOldest({ files, layout }: State): Promise<void> {
  const { path, mode } = layout.journal;
  const size = (await files.stat(path))?.size ?? 0;
  if (size < journalLimitBytes) return;
  const text = (await files.readText(path)) ?? '';
  await files.writeAtomic(path, newestHalf(text), { mode });
}

/** The newest whole lines that make up at most half of the text; a last line without its end is not whole. */
export function newestHalf(text: string): string {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lastDropped = whole.indexOf('\n', Math.ceil(whole.length / 2) - 1);
  return whole.slice(lastDropped + 1);
}

const entryShape = object({
  at: text,
  operation: text,
  step: text,
  state: oneOf('started', 'done', 'warned', 'failed'),
  why: optional(text),
});

/** The entries that can be read, oldest first: a line cut short by a crash is passed over. */
export async function readJournal({ files, layout }: State): Promise<readonly JournalEntry[]> {
  const lines = ((await files.readText(layout.journal.path)) ?? '').split('\n');
  return lines.flatMap((line) => {
    try {
      return [parseShaped(line, entryShape, 'The line', 'STATE_CORRUPT') as JournalEntry];
    } catch {
      return [];
    }
  });
}
