/** How the tools take words they cannot use: one line that names the word and what is allowed, and exit code 2. */
import { parseArgs, type ParseArgsConfig } from 'node:util';

export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** As Node's `parseArgs`; of its complaints, which go over several lines, the first sentence stays. */
export function parseFlags<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const [complaint = ''] = (error as Error).message.split(/\.\s/);
    throw new UsageError(complaint);
  }
}

/** `flag` is what the number was given for. */
export function parseWholeNumber(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`${flag} takes a whole number from ${least} up, not ${quoted(text)}`);
}

export function parseOneOf<const T extends string>(flag: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UsageError(`${flag} takes one of ${allowed.join(', ')}, not ${quoted(text)}`);
}

const quoted = (text: string): string => `"${text}"`;

/** Prints it; what is returned is the exit code of the command, one of tools/. */
export function complain(command: string, { message }: UsageError): number {
  console.error(`tools/${command}: ${message}; --help tells what there is`);
  return 2;
}
