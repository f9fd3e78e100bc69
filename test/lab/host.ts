/**
 * One host of a lab, alive or not: start it, run commands on it, freeze it, cut its power.
 *
 * A host is its process 1 (host-boot.sh) and everything in that process's pid namespace. The namespace makes
 * "all programs of the host" exact: one SIGKILL ends them at once, and a scan for its inode misses none.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { awaitUntil } from './await.ts';
import { run, runAttached, type Ran } from './command.ts';
import { onDisk } from './disk.ts';
import { environmentOn, hiddenProgramPaths } from './environment.ts';
import { LabError } from './lab-error.ts';
import { namespaceFile, type HostPlan } from './plan.ts';
import { killTree, namespaceOf, processesIn, signalAll, stateLetter } from './processes.ts';
import { deleteNamespace, hasNamespace, plugIn, unplug } from './switch.ts';

/** A host with a dozen programs starts in well under a second; a loaded machine takes its time. */
const bootLimitMs = 30_000;
const endLimitMs = 10_000;

export type HostState = 'up' | 'paused' | 'down';

interface Init {
  readonly pid: number;
  readonly pidNamespace: string;
}

const initFile = (host: HostPlan): string => `${host.directory}/init`;
const pausedFile = (host: HostPlan): string => `${host.directory}/paused`;

/** None if there is no such file; a crash may take it away while somebody looks. */
function wordsIn(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').trim().split(' ');
  } catch {
    return [];
  }
}

/** Its process 1 if that lives; a number that has meanwhile become another process is not it. */
function initOf(host: HostPlan): Init | undefined {
  const [number = '', pidNamespace = ''] = wordsIn(initFile(host));
  const pid = Number(number);
  return pid > 0 && namespaceOf(pid, 'pid') === pidNamespace ? { pid, pidNamespace } : undefined;
}

export function stateOf(host: HostPlan): HostState {
  if (initOf(host) === undefined) return 'down';
  return existsSync(pausedFile(host)) ? 'paused' : 'up';
}

/** Number of its process 1, seen from the machine: what the host has is under /proc/NUMBER. Undefined while it is down. */
export const processOneOf = (host: HostPlan): number | undefined => initOf(host)?.pid;

function mustBeOn(host: HostPlan): Init {
  const init = initOf(host);
  if (init === undefined) throw new LabError(`${host.label} is down; "revive ${host.number}" starts it`);
  return init;
}

/** Link, boot, sshd. Resolves when sshd accepts connections. */
export async function startHost(host: HostPlan): Promise<void> {
  if (initOf(host) !== undefined) throw new LabError(`${host.label} is up already`);
  await clearRuins(host);
  await plugIn(host);
  boot(host);
  await awaitUntil(
    `${host.label} did not start its sshd`,
    bootLimitMs,
    () => sshdListens(host),
    () => lastWords(host),
  );
}

function boot(host: HostPlan): void {
  const log = openSync(`${host.directory}/boot.log`, 'a');
  const script = `${import.meta.dirname}/host-boot.sh`;
  const namespaces = '--mount --uts --ipc --pid --fork --propagation private'.split(' ');
  const args = [
    `--net=${namespaceFile(host.namespace)}`,
    ...['unshare', ...namespaces, '/bin/sh', script],
    ...[host.directory, host.nodeName, ...hiddenProgramPaths(host)],
  ];
  // Detached: a host outlives the command that started it, and Ctrl-C is not for it.
  const options = {
    detached: true,
    env: environmentOn(host),
    stdio: ['ignore', log, log] as ['ignore', number, number],
  };
  spawn('nsenter', args, options).unref();
  closeSync(log);
}

/** Read from outside: no process is needed in the host, and none of its own is disturbed by a probe. */
function sshdListens(host: HostPlan): boolean {
  const init = initOf(host);
  if (init === undefined) return false;
  const configuration = readFileSync(onDisk(host, '/etc/ssh/sshd_config'), 'utf8');
  const port = Number(/^Port (\d+)$/m.exec(configuration)?.[1] ?? 22);
  const number = port.toString(16).toUpperCase().padStart(4, '0');
  const listening = new RegExp(`^\\s*\\d+: \\S+:${number} \\S+ 0A `, 'm');
  return listening.test(readFileSync(`/proc/${init.pid}/net/tcp`, 'utf8'));
}

async function lastWords(host: HostPlan): Promise<string> {
  const files = [`${host.directory}/boot.log`, onDisk(host, '/var/log/sshd.log')];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return texts.join('').trim().split('\n').slice(-5).join(' | ');
}

/** Power off from one instant to the next: first the link, so that not even a dying connection's last packet leaves. */
export async function crashHost(host: HostPlan): Promise<void> {
  mustBeOn(host);
  await unplug(host);
  await clearRuins(host);
}

async function clearRuins(host: HostPlan): Promise<void> {
  const init = initOf(host);
  if (init !== undefined) {
    signalAll([init.pid], 'SIGKILL');
    const gone = (): boolean => processesOf(init).length === 0;
    await awaitUntil(`Programs of ${host.label} do not end`, endLimitMs, gone);
  }
  await Promise.all([initFile(host), pausedFile(host)].map((file) => rm(file, { force: true })));
  await unplug(host);
  if (hasNamespace(host.namespace)) await deleteNamespace(host.namespace);
}

const processesOf = (init: Init): readonly number[] => processesIn('pid', new Set([init.pidNamespace]));

/**
 * SIGSTOP to every program of the host, until none is left running. Whoever looks from outside is not frozen. One that is
 * in the kernel (D) stops as soon as it is out, which after vfork() is when its child goes on, and that is stopped.
 */
export async function pauseHost(host: HostPlan): Promise<void> {
  const init = mustBeOn(host);
  await writeFile(pausedFile(host), '');
  const running = (): readonly number[] =>
    processesOf(init).filter((pid) => !'TZ'.includes(stateLetter(pid) ?? 'Z'));
  const stopped = (): boolean => {
    const awake = running();
    signalAll(awake, 'SIGSTOP');
    return awake.every((pid) => stateLetter(pid) === 'D');
  };
  await awaitUntil(`Programs of ${host.label} do not stop`, endLimitMs, stopped);
}

export async function resumeHost(host: HostPlan): Promise<void> {
  const init = mustBeOn(host);
  await rm(pausedFile(host), { force: true });
  // An nsenter whose command was stopped has stopped itself, outside the host's pid namespace but in its network.
  const network = namespaceOf(init.pid, 'net');
  const watching = network === undefined ? [] : processesIn('net', new Set([network]));
  signalAll([...new Set([...processesOf(init), ...watching])], 'SIGCONT');
}

const enter = (init: Init, command: readonly string[]): readonly string[] => [
  ...`--target ${init.pid} --mount --uts --ipc --net --pid --`.split(' '),
  ...command,
];

/** A command on the host, with its output; `limitMs` ends it and throws. */
export async function runOn(
  host: HostPlan,
  command: readonly string[],
  { input, limitMs }: { readonly input?: string | undefined; readonly limitMs: number },
): Promise<Ran> {
  const limit = AbortSignal.timeout(limitMs);
  const args = enter(mustBeOn(host), command);
  const ran = await run('nsenter', args, {
    input,
    env: environmentOn(host),
    signal: limit,
    onAbort: killTree,
  });
  if (limit.aborted)
    throw new LabError(
      `${command.join(' ')} on ${host.label} did not end within ${limitMs / 1000} s; ${ran.stderr}`,
    );
  return ran;
}

/** A command on the host with our own terminal and pipes. */
export const runAttachedOn = (host: HostPlan, command: readonly string[]): Promise<number> =>
  runAttached('nsenter', enter(mustBeOn(host), command), environmentOn(host));
