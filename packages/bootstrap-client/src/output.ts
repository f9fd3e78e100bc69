/**
 * What a command prints: results on standard output, everything else on standard error; with `--json` one
 * object on standard output, errors too.
 */
import { clusterErrorFrom, exitCodeOf, reasons, type Category } from '@quorate/domain/errors';

interface OutputOptions {
  readonly json?: boolean;
}

/** Prints the value as JSON, or the lines as text. */
export function printResult(options: OutputOptions, value: unknown, lines: readonly string[]): void {
  if (options.json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  else for (const line of lines) process.stdout.write(`${line}\n`);
}

export const printNote = (line: string): void => void process.stderr.write(`${line}\n`);

const categoryWords: Record<Category, string> = {
  prerequisite: 'Prerequisites not met',
  execution: 'Failed',
  configuration: 'No usable cluster state here',
};

/** What stands under `error` in the JSON of a command that failed. */
export function errorObject(caught: unknown) {
  const { reason, message, hint, facts } = clusterErrorFrom(caught);
  return { reason, message, hint, facts, exitCode: exitCodeOf(reason) };
}

/** One clear error: category, reason, sentence, hint. Returns the exit code. Never a stack trace. */
export function reportError(caught: unknown, options: OutputOptions): number {
  const error = errorObject(caught);
  if (options.json) printResult(options, { error }, []);
  else printError(error);
  return error.exitCode;
}

/** The same as text on standard error. */
export function printError({ reason, message, hint }: ReturnType<typeof errorObject>): void {
  printNote(`${categoryWords[reasons[reason].category]} (${reason}):`);
  for (const line of message.split('\n')) printNote(`  ${line}`);
  if (hint) printNote(`Hint: ${hint}`);
}

/** Columns padded to their widest cell; the first row is the heading. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
