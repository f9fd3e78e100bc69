/**
 * Runs spin over the model: a checker is generated, compiled and run in a directory of its own, which is removed.
 *
 * The checker visits every state within the bound, so its memory grows with the bound and nothing is left to
 * chance: the same model gives the same number of states on every machine.
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must, run } from '../lab/command.ts';
import { isInstalled } from '../lab/packages.ts';

const model = 'mastership.pml';

export interface Outcome {
  readonly errors: number;
  /** The assertions that failed: `I1`, `I2`, `I4`. */
  readonly violated: readonly string[];
  /** Every state was visited: neither the depth nor the memory allowed was too small. */
  readonly complete: boolean;
  readonly states: number;
  readonly megabytes: number;
  readonly seconds: number;
  /** What led to a violation, a line per event. */
  readonly story: readonly string[];
}

/** Why it cannot run here; undefined if it can. spin itself needs the preprocessor that comes with gcc. */
export function modelBlocked(): string | undefined {
  const missing = ['spin', 'gcc'].filter((program) => !isInstalled(program));
  if (missing.length === 0) return undefined;
  return `the model is checked with spin and gcc; ${missing.join(' and ')} cannot be found`;
}

interface Limits {
  readonly megabytes: number;
  /** Worth it for a large space; a counterexample is found sooner without. */
  readonly optimise: boolean;
}

/** Checks the model with these names defined, as `EPOCHS=2` or `WITNESS`. */
export async function check(defined: readonly string[], limits: Limits): Promise<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-model-'));
  try {
    return await checkIn(directory, defined, limits);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function checkIn(
  directory: string,
  defined: readonly string[],
  { megabytes, optimise }: Limits,
): Promise<Outcome> {
  const here = (command: string): readonly string[] => ['-c', `cd '${directory}' && exec ${command}`];
  const names = defined.map((name) => `-D${name}`).join(' ');
  // What a checker finds it writes beside the model it was made of.
  await copyFile(join(import.meta.dirname, model), join(directory, model));
  await must('sh', here(`spin ${names} -a ${model}`));
  // One process and no channel: partial orders and collapsed vectors have nothing to reduce here.
  const options = `-DSAFETY -DNOREDUCE -DNOFAIR -DNOBOUNDCHECK -DMEMLIM=${megabytes}`;
  await must('sh', here(`gcc ${optimise ? '-O1' : '-O0'} ${options} -o pan pan.c`));
  const { stdout } = await run('sh', here(`./pan -E -m100000 -w${optimise ? 24 : 20}`));
  const outcome = parse(stdout);
  if (outcome.errors === 0) return { ...outcome, story: [] };
  return { ...outcome, story: storyIn((await run('sh', here('./pan -r'))).stdout) };
}

function parse(said: string): Omit<Outcome, 'story'> {
  const number = (pattern: RegExp): number => Number(pattern.exec(said)?.[1] ?? Number.NaN);
  const stopped = /Search not completed|max search depth too small|out of memory|memory bound/i;
  return {
    errors: number(/errors: (\d+)/),
    violated: [...said.matchAll(/assertion violated \(?(\w+)/g)].flatMap(([, name]) => name ?? []),
    complete: said.includes('Full statespace search') && !stopped.test(said),
    states: number(/(\d+) states, stored/),
    megabytes: number(/([\d.]+)\s+total actual memory usage/),
    seconds: number(/elapsed time ([\d.]+) seconds/),
  };
}

/** Our own lines; spin's begin with a step number and a colon, or are indented by a tab. */
const storyIn = (said: string): readonly string[] =>
  said
    .split('\n')
    .filter((line) => /^ *[123] [a-z]/.test(line))
    .map((line) => line.trim());
