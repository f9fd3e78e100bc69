/**
 * One line of ours in a text of somebody else's, and how it is taken out again exactly.
 *
 * Texts are what a file holds, each byte one character, so that what is not ours comes back as it was whatever its
 * encoding. Lines end in a newline; the last one may lack it.
 */

export interface LineChange {
  /** What was written, without its end of line. */
  readonly line: string;
  /** What it took the place of; null if it was added at the end. */
  readonly replaced: string | null;
  /** The text did not end in a newline, and got one before the line was added. */
  readonly endedLine: boolean;
}

export interface ChangedText {
  readonly text: string;
  readonly change: LineChange;
}

export const linesOf = (text: string): readonly string[] => text.split('\n');

export function withLineAdded(text: string, line: string): ChangedText {
  const endedLine = text !== '' && !text.endsWith('\n');
  const change = { line, replaced: null, endedLine };
  return { text: `${text}${endedLine ? '\n' : ''}${line}\n`, change };
}

/** `index` counts from 0. */
export function withLineReplaced(text: string, index: number, line: string): ChangedText {
  const lines = linesOf(text);
  const replaced = lines[index] ?? '';
  return { text: lines.with(index, line).join('\n'), change: { line, replaced, endedLine: false } };
}

/**
 * The text without the change. What others have written meanwhile stays; if the line is gone, or was altered, it is
 * theirs, and the text is returned as it is. May be repeated.
 */
export function takenBack(text: string, { line, replaced, endedLine }: LineChange): string {
  const lines = linesOf(text);
  const at = lines.indexOf(line);
  if (at < 0) return text;
  if (replaced !== null) return lines.with(at, replaced).join('\n');
  const rest = lines.toSpliced(at, 1).join('\n');
  const wasLast = at === lines.length - 2 && text.endsWith('\n');
  return endedLine && wasLast ? rest.slice(0, -1) : rest;
}
