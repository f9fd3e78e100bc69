/**
 * Runs one command of a host to its end: output collected, time limited, ended with the run that asked for it.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

export interface CommandResult {
  /** -1 if a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export interface CommandOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly input?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

function collect(child: ChildProcess): { stdout: () => string; stderr: () => string } {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout?.on('data', (chunk: Buffer) => chunks.stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.stderr.push(chunk));
  return {
    stdout: () => Buffer.concat(chunks.stdout).toString(),
    stderr: () => Buffer.concat(chunks.stderr).toString(),
  };
}

/** Rejects if it cannot be started, runs longer than allowed (it is killed then), or the signal aborts. */
export async function runCommand(
  program: string,
  args: readonly string[],
  { env, timeoutMs, input, signal }: CommandOptions,
): Promise<CommandResult> {
  signal?.throwIfAborted();
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const output = collect(child);
    const giveUp = (why: Error): void => {
      child.kill('SIGKILL');
      reject(why);
    };
    const tooLong = setTimeout(() => {
      giveUp(new Error(`${args.join(' ')} did not end within ${timeoutMs / 1000} s\n${output.stderr()}`));
    }, timeoutMs);
    const interrupted = (): void => giveUp(signal?.reason as Error);
    signal?.addEventListener('abort', interrupted, { once: true });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(tooLong);
      signal?.removeEventListener('abort', interrupted);
      const durationMs = performance.now() - began;
      resolve({ code: code ?? -1, stdout: output.stdout(), stderr: output.stderr(), durationMs });
    });
    child.stdin.on('error', () => {}); // it does not read its input
    child.stdin.end(input ?? '');
  });
}
