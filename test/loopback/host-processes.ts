/**
 * The processes of a loopback host: found by what we gave them at birth, and ended by pid.
 *
 * A host's daemons are started by `quorate` and over SSH, so nobody here is told their pids. Each of them
 * either carries our mark in its environment or is one of the three programs with this host's root directory;
 * a person's own shell or pager that merely looks at the directory is neither. A pid is signalled only while
 * its start time is the one that was seen, so a pid that was given away meanwhile is left alone.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Environment variable that every process of a host inherits; its value is the host's root directory. */
export const hostMark = 'QUORATE_LOOPBACK_HOST';

export interface HostProcess {
  readonly pid: number;
  /** In clock ticks since boot; together with the pid it names one process for ever. */
  readonly startTime: string;
  /** What it is, for people: quorate-noded, sshd, … */
  readonly program: string;
}

const programNames = ['quorate', 'quorate-noded', 'quorate-masterd'];

const splitNul = (text: string): readonly string[] => text.split('\0').filter((part) => part !== '');

const isUnder = (directory: string, path: string): boolean =>
  path === directory || path.startsWith(`${directory}/`);

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it ended, or belongs to somebody else
  }
}

/** Undefined for a pid that is free, and for a zombie: that has ended and only waits to be counted. */
export function startTimeOf(pid: number): string | undefined {
  // The command, in parentheses, may hold spaces; what follows the last ')' has fixed places.
  const fields = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

const programOf = (argv: readonly string[]): string =>
  basename(
    argv.find((arg) => programNames.includes(basename(arg)) || arg.endsWith('/sshd.cjs')) ?? argv[0] ?? '',
  ).replace(/\.cjs$/, '');

function rootOf(argv: readonly string[], environment: readonly string[]): string | undefined {
  const variable = (name: string): string | undefined =>
    environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
  if (variable(hostMark) !== undefined) return variable(hostMark);
  if (!programNames.includes(programOf(argv))) return undefined;
  const flag = argv.findIndex((arg) => arg === '--root' || arg.startsWith('--root='));
  if (flag < 0) return variable('QUORATE_ROOT');
  return argv[flag] === '--root' ? argv[flag + 1] : argv[flag]?.slice('--root='.length);
}

/** Every living process of the hosts under `directory` (a run's directory, or one host's root). */
export function processesUnder(directory: string): readonly HostProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .flatMap((pid) => {
      const argv = splitNul(read(`/proc/${pid}/cmdline`));
      const root = rootOf(argv, splitNul(read(`/proc/${pid}/environ`)));
      const startTime = startTimeOf(pid);
      if (root === undefined || startTime === undefined || !isUnder(directory, root)) return [];
      return pid === process.pid ? [] : [{ pid, startTime, program: programOf(argv) }];
    });
}

export const isAlive = ({ pid, startTime }: Pick<HostProcess, 'pid' | 'startTime'>): boolean =>
  startTimeOf(pid) === startTime;

function send(target: HostProcess, signal: NodeJS.Signals): void {
  if (!isAlive(target)) return;
  try {
    process.kill(target.pid, signal);
  } catch {
    // it ended between the look and the signal
  }
}

/** Waits until all of them are gone; false if one is still there after `limitMs`. */
async function awaitGone(targets: readonly HostProcess[], limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (targets.some(isAlive)) {
    if (performance.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** kill -9, as a power cut would; returns what was killed once it is seen to be gone. */
export async function killUnder(directory: string): Promise<readonly HostProcess[]> {
  const targets = processesUnder(directory);
  for (const target of targets) send(target, 'SIGKILL');
  if (!(await awaitGone(targets, 5_000)))
    throw new Error(`${describe(targets.filter(isAlive))} survived kill -9`);
  return targets;
}

/** SIGTERM, three seconds of patience, then SIGKILL; again for whatever was being started meanwhile. */
export async function endUnder(directory: string): Promise<void> {
  const targets = processesUnder(directory);
  for (const target of targets) send(target, 'SIGTERM');
  await awaitGone(targets, 3_000);
  for (let round = 0; round < 3 && processesUnder(directory).length > 0; round += 1)
    await killUnder(directory);
}

export const describe = (processes: readonly HostProcess[]): string =>
  processes.map((p) => `${p.program} (${p.pid})`).join(', ');
