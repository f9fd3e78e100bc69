/**
 * Other programs: run one and wait for it, or start one that stays; look at a process and signal it.
 *
 * What a program's exit code means is its caller's business; only "could not be run" and "took too long" are errors here.
 *
 * Counterpart in Ganeti: lib/utils/process.py, RunCmd and StartDaemon.
 */
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { access, constants, open, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Writable } from 'node:stream';
import { MachineError, systemCode } from './machine-error.ts';
import { seconds } from './seconds.ts';

export interface CommandOptions {
  /** Text for its standard input; without it, that is empty. */
  readonly input?: string;
  /** After this it is killed, with everything it started. */
  readonly timeoutMs: number;
  /** Its whole environment; without it, ours. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface CommandResult {
  /** null if a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type RunCommand = (
  program: string,
  args: readonly string[],
  options: CommandOptions,
) => Promise<CommandResult>;

function notStarted(program: string, cause: unknown): MachineError {
  const missing = systemCode(cause) === 'ENOENT';
  return new MachineError(
    missing ? 'HOST_UNFIT' : 'COMMAND_FAILED',
    missing
      ? `The program ${program} is not installed on this host`
      : `Cannot run ${program}: ${String(cause)}`,
    { facts: { program }, cause },
  );
}

const tookTooLong = (program: string, timeoutMs: number): MachineError =>
  new MachineError('TIMED_OUT', `${program} did not end within ${seconds(timeoutMs)} and was killed`, {
    facts: { program },
  });

/**
 * Runs a program to its end, whatever its exit code. It is the head of a process group of its own, so that the limit
 * ends its children too. Fails with HOST_UNFIT (not installed), COMMAND_FAILED (cannot be started), TIMED_OUT.
 */
export const runCommand: RunCommand = (program, args, { input, timeoutMs, env }) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { detached: true, stdio: 'pipe', ...(env && { env }) });
    const limit = setTimeout(() => {
      if (child.pid !== undefined) signalProcess(-child.pid, 'SIGKILL');
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      reject(tookTooLong(program, timeoutMs));
    }, timeoutMs);
    const output: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
    const text = (name: 'stdout' | 'stderr') => Buffer.concat(output[name]).toString('utf8');
    child.stdout.on('data', (data: Buffer) => output.stdout.push(data));
    child.stderr.on('data', (data: Buffer) => output.stderr.push(data));
    child.once('error', (cause) => {
      clearTimeout(limit);
      reject(notStarted(program, cause));
    });
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      resolve({ code, signal, stdout: text('stdout'), stderr: text('stderr') });
    });
    // A program may end without reading what it is given; its exit code tells, not the broken pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
  });

/** The error of a program that ended with something else than 0: which, how, and what it said. */
export function commandFailed(program: string, args: readonly string[], result: CommandResult): MachineError {
  const how = result.signal ? `was ended by ${result.signal}` : `ended with status ${result.code}`;
  const said = (result.stderr.trim() || result.stdout.trim()).replaceAll(/\s*\n\s*/g, '; ').slice(0, 500);
  return new MachineError('COMMAND_FAILED', `${[program, ...args].join(' ')} ${how}${said && `: ${said}`}`, {
    facts: { program, status: String(result.code ?? result.signal) },
  });
}

export interface DetachedOptions {
  /** Its whole environment; without it, ours. */
  readonly env?: Readonly<Record<string, string>>;
  /** Both its outputs are appended here; made with mode 0640 if absent. Its directory must exist. */
  readonly logFile: string;
  /** Called with the process number before the program itself begins; if it fails, the program never does. */
  readonly registered?: (pid: number) => Promise<void>;
}

/** Looked for as the shell would, so that its absence is our error and not a line in a log. */
async function assertExecutable(program: string, path = process.env['PATH'] ?? ''): Promise<void> {
  const places = program.includes('/') ? [program] : path.split(':').map((each) => join(each, program));
  const found = await Promise.all(
    places.map((place) =>
      access(place, constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (!found.includes(true)) throw notStarted(program, Object.assign(new Error(program), { code: 'ENOENT' }));
}

const letGo = (stdin: Writable): Promise<void> =>
  new Promise((resolve, reject) => {
    stdin.once('error', reject);
    stdin.end('go\n', resolve);
  });

/**
 * Starts a program in a session of its own, to outlive us. Resolves when it runs, not when it is ready.
 *
 * A shell holds the place until `registered` has noted the process number somewhere, and becomes the program only
 * then: if we are killed in between, nothing is left that nobody knows of.
 */
export async function spawnDetached(
  program: string,
  args: readonly string[],
  { env, logFile, registered = () => Promise.resolve() }: DetachedOptions,
): Promise<{ readonly pid: number }> {
  const log = await open(logFile, 'a', 0o640);
  try {
    await assertExecutable(program, env?.['PATH']);
    const child = spawn('/bin/sh', ['-c', 'read -r go && exec "$0" "$@" </dev/null', program, ...args], {
      detached: true,
      stdio: ['pipe', log.fd, log.fd],
      ...(env && { env }),
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) => reject(notStarted(program, cause)));
    });
    const pid = child.pid ?? 0;
    // There is one: it was asked for as a pipe.
    const gate = child.stdin as Writable;
    try {
      await registered(pid);
      await letGo(gate);
    } finally {
      gate.destroy();
      child.unref();
    }
    return { pid };
  } finally {
    await log.close();
  }
}

/** Sends the signal; false if there is no such process (a negative number is a process group, 0 is never sent to). */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  if (!Number.isSafeInteger(pid) || pid === 0) return false;
  try {
    return process.kill(pid, signal);
  } catch (caught) {
    if (systemCode(caught) === 'ESRCH') return false;
    throw caught;
  }
}

/** State letter and start time (ticks since boot) as the kernel tells them; undefined if there is no such process. */
async function processFacts(
  pid: number,
): Promise<{ readonly state: string; readonly startedAt: string } | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The program's name stands in parentheses and may hold any character; count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** Whether a process of this number runs; one that has ended and waits to be collected does not. */
export async function isRunning(pid: number): Promise<boolean> {
  const facts = await processFacts(pid);
  return facts !== undefined && facts.state !== 'Z' && facts.state !== 'X';
}

/** When the process started, as a text to compare: with the number it tells one process from a later one. */
export const startOfProcess = async (pid: number): Promise<string | undefined> =>
  (await processFacts(pid))?.startedAt;

/** Where the running program's file lies, links followed: our other programs lie beside it. */
export const executableDirectory = (): string => dirname(realpathSync(process.argv[1] ?? process.execPath));

/** A path as it was typed, counted from the directory the program was started in. */
export const absolutePath = (typed: string): string => resolve(typed);

/** Who runs this program: the person behind sudo, if it says so. For people to read; it proves nothing. */
export function userOfThisProcess(): string {
  const behind = process.env['SUDO_USER'];
  if (behind) return behind;
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the user database.
    return `uid ${process.getuid?.()}`;
  }
}
