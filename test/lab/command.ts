/** Runs the machine's own programs for the lab: to the end, with what they said, never through a shell. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { LabError } from './lab-error.ts';

export interface Ran {
  /** 128 + the signal's number if it was ended by one, as shells count. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Aborting calls `onAbort` with the program's number; default is to kill it. */
  readonly signal?: AbortSignal | undefined;
  readonly onAbort?: ((pid: number) => void) | undefined;
}

export const exitCode = (code: number | null, signal: NodeJS.Signals | null): number =>
  code ?? 128 + (signal === null ? 0 : constants.signals[signal]);

/** Rejects only if the program cannot be started; a failure is a code. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { input, env, signal, onAbort } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => (said[stream] += text));
    const abort = (): void => {
      if (child.pid === undefined) return;
      if (onAbort === undefined) child.kill('SIGKILL');
      else onAbort(child.pid);
    };
    signal?.addEventListener('abort', abort, { once: true });
    // A program that reads nothing closes its end; that is not our failure.
    child.stdin.on('error', () => undefined).end(input ?? '');
    child.on('error', (cause) =>
      reject(new LabError(`${program} cannot be started: ${cause.message}`, { cause })),
    );
    child.on('close', (code, endedBy) => {
      signal?.removeEventListener('abort', abort);
      resolve({ code: exitCode(code, endedBy), ...said });
    });
  });
}

/** What it printed; throws LabError with its own words if it failed. */
export async function must(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(program, args, options);
  if (code === 0) return stdout;
  const words = (stderr || stdout).trim() || 'it said nothing';
  throw new LabError(`${program} ${args.join(' ')} failed (exit ${code}): ${words}`);
}

/** Runs with this program's own terminal and pipes; answers the exit code. */
export function runAttached(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: 'inherit' });
    // Ctrl-C reaches the command itself, which shares our terminal; we stay to pass its exit code on.
    const ignore = (): void => undefined;
    process.on('SIGINT', ignore);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.removeListener('SIGINT', ignore);
      resolve(exitCode(code, signal));
    });
  });
}
