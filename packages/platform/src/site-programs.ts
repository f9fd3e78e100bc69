/**
 * Programs that the administrator puts into a directory for us to run: which there are, and running one.
 *
 * A program ends when its own process ends. What it leaves running behind it, as a service does, goes on and keeps
 * the log file as its output; a pipe to us would hold us up, and kill that service when we end.
 *
 * Counterpart in Ganeti: lib/utils/process.py, RunParts.
 */
import { spawn } from 'node:child_process';
import { open, type FileHandle } from 'node:fs/promises';
import type { Files } from './files.ts';
import { MachineError, messageOf } from './machine-error.ts';
import { commandFailed, signalProcess, type CommandResult } from './processes.ts';
import { seconds } from './seconds.ts';

export interface SitePrograms {
  /** Absolute paths, in the order of their names. */
  readonly programs: readonly string[];
  readonly skipped: readonly { readonly path: string; readonly why: string }[];
}

const leftover = /~$|\.dpkg-[a-z]+$/;

/** What the directory holds; nothing if it is absent. Fails with COMMAND_FAILED if it cannot be read. */
export async function listSitePrograms(files: Files, directory: string): Promise<SitePrograms> {
  const paths = (await files.list(directory)).map((name) => `${directory}/${name}`);
  const judged = await Promise.all(paths.map(async (path) => ({ path, why: await whySkipped(files, path) })));
  return {
    programs: judged.flatMap(({ path, why }) => (why === undefined ? [path] : [])),
    skipped: judged.flatMap(({ path, why }) => (why === undefined ? [] : [{ path, why }])),
  };
}

async function whySkipped(files: Files, path: string): Promise<string | undefined> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name.startsWith('.')) return 'it is hidden';
  if (leftover.test(name)) return 'it is the leftover of an editor or of an upgrade';
  const facts = await files.stat(path);
  if (facts?.kind !== 'file') return 'it is not a file';
  return facts.mode & 0o111 ? undefined : 'it is not executable';
}

export interface SiteProgramOptions {
  /** After this it is killed, with everything in its process group. */
  readonly timeoutMs: number;
  /** Its environment, with our PATH; nothing else of ours gets there. */
  readonly env: Readonly<Record<string, string>>;
  /** Not even PATH is added: its environment is exactly `env`. */
  readonly exactEnv?: boolean;
  /** Once the signal aborts, the program may go on for `graceMs` at most; 0 kills it at once. */
  readonly ending?: { readonly signal: AbortSignal; readonly graceMs: number };
}

/** Resolves when it ended with 0. Fails with COMMAND_FAILED, which quotes the last it said, or TIMED_OUT. */
export type RunSiteProgram = (
  program: string,
  args: readonly string[],
  options: SiteProgramOptions,
) => Promise<void>;

export function siteProgramRunner(logFile: { readonly path: string; readonly mode: number }): RunSiteProgram {
  return async (program, args, options) => {
    const output = await openOutput(logFile);
    try {
      const sizeBefore = await output?.stat().then(({ size }) => size);
      const ended = await runToItsEnd(program, args, output, options);
      if (ended.code === 0) return;
      const stderr = output && sizeBefore !== undefined ? await lastWords(output, sizeBefore) : '';
      throw commandFailed(program, args, { ...ended, stdout: '', stderr });
    } finally {
      await output?.close();
    }
  };
}

/** Without its log a program runs all the same: a full disk must not keep a service from being stopped. */
const openOutput = ({ path, mode }: { path: string; mode: number }): Promise<FileHandle | undefined> =>
  open(path, 'a+', mode).catch(() => undefined);

const quotedBytes = 400;

async function lastWords(output: FileHandle, sizeBefore: number): Promise<string> {
  const { size } = await output.stat();
  const start = Math.max(sizeBefore, size - quotedBytes);
  const { buffer, bytesRead } = await output.read(Buffer.alloc(quotedBytes), 0, quotedBytes, start);
  return buffer.toString('utf8', 0, bytesRead);
}

type Ended = Pick<CommandResult, 'code' | 'signal'>;

function runToItsEnd(
  program: string,
  args: readonly string[],
  output: FileHandle | undefined,
  { timeoutMs, env, exactEnv = false, ending }: SiteProgramOptions,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const stream = output?.fd ?? 'ignore';
    const child = spawn(program, args, {
      detached: true,
      cwd: '/',
      stdio: ['ignore', stream, stream],
      env: exactEnv ? env : { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', ...env },
    });
    const kill = (error: MachineError): void => {
      if (child.pid !== undefined) signalProcess(-child.pid, 'SIGKILL');
      settle(() => reject(error));
    };
    const forget = killedWhen(program, { timeoutMs, ...(ending && { ending }) }, kill);
    const settle = (result: () => void): void => {
      forget();
      result();
    };
    child.once('error', (cause) => settle(() => reject(notStarted(program, cause))));
    child.once('exit', (code, signal) => settle(() => resolve({ code, signal })));
  });
}

/** Calls `kill` at the limit, or when the grace after the signal is over; the answer takes both back. */
function killedWhen(
  program: string,
  { timeoutMs, ending }: Pick<SiteProgramOptions, 'timeoutMs' | 'ending'>,
  kill: (error: MachineError) => void,
): () => void {
  const limit = setTimeout(() => kill(tookTooLong(program, timeoutMs)), timeoutMs);
  let grace: NodeJS.Timeout | undefined;
  const hurry = (): void => {
    grace = setTimeout(() => kill(cutShort(program)), ending?.graceMs);
  };
  if (ending?.signal.aborted) hurry();
  else ending?.signal.addEventListener('abort', hurry, { once: true });
  return () => {
    clearTimeout(limit);
    clearTimeout(grace);
    ending?.signal.removeEventListener('abort', hurry);
  };
}

const notStarted = (program: string, cause: unknown): MachineError =>
  new MachineError('COMMAND_FAILED', `Cannot run ${program}: ${messageOf(cause)}`, {
    facts: { program },
    cause,
  });

const tookTooLong = (program: string, timeoutMs: number): MachineError =>
  new MachineError('TIMED_OUT', `${program} did not end within ${seconds(timeoutMs)} and was killed`, {
    facts: { program },
  });

const cutShort = (program: string): MachineError =>
  new MachineError('COMMAND_FAILED', `${program} was killed: what it was run for is over`, {
    facts: { program },
  });
