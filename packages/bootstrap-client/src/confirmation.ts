/** A question on standard error, answered on standard input: what is not a yes is a no, silence and its end too. */

export async function isYes(
  question: string,
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<boolean> {
  output.write(`${question} [y/N] `);
  return /^\s*y(es)?\s*$/i.test(await firstLine(input));
}

/** As much of it as matters for an answer. */
async function firstLine(input: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const part of input) {
    text += String(part);
    if (text.includes('\n') || text.length > 100) break;
  }
  return text.split('\n')[0] ?? '';
}
