/** Runs the command line inside the test's own process, and keeps what it printed. */
// oxlint-disable no-restricted-imports -- a helper of tests, which may touch the machine
import { Readable } from 'node:stream';
import { run } from '../program.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What was printed while `work` ran; nothing of it reaches the terminal. */
export async function captured(work: () => number | Promise<number>): Promise<Ran> {
  const texts = { stdout: '', stderr: '' };
  const restore = (['stdout', 'stderr'] as const).map((name) => {
    const { write } = process[name];
    process[name].write = ((text: string) => {
      texts[name] += text;
      return true;
    }) as typeof write;
    return () => void (process[name].write = write);
  });
  try {
    return { code: await work(), ...texts };
  } finally {
    for (const each of restore) each();
  }
}

/** `quorate --root ROOT WORDS…` */
export const quorate = (root: string, ...words: readonly string[]): Promise<Ran> =>
  captured(() => run(['node', 'quorate', '--root', root, ...words]));

/** The same, fed with this on standard input. */
export async function quorateReading(input: string, root: string, ...words: readonly string[]): Promise<Ran> {
  const real = Object.getOwnPropertyDescriptor(process, 'stdin');
  Object.defineProperty(process, 'stdin', { value: Readable.from([Buffer.from(input)]), configurable: true });
  try {
    return await quorate(root, ...words);
  } finally {
    if (real) Object.defineProperty(process, 'stdin', real);
  }
}

export const jsonOf = ({ stdout }: Ran): Record<string, unknown> =>
  JSON.parse(stdout) as Record<string, unknown>;
