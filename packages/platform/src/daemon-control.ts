/**
 * Starts and stops our daemons on this host: through systemd where it runs the host, else as processes of our own.
 *
 * A process of our own is known by a file with its number and the moment it started: a number alone may belong to
 * somebody else after a while. Whether a daemon that runs also works is asked over the wire, not here.
 *
 * Counterpart in Ganeti: daemons/daemon-util.
 */
import { existsSync } from 'node:fs';
import { systemClock } from './clock.ts';
import { diskFiles } from './files.ts';
import { acquireLock } from './lock.ts';
import { MachineError } from './machine-error.ts';
import {
  commandFailed,
  isRunning,
  runCommand,
  signalProcess,
  spawnDetached,
  startOfProcess,
  type RunCommand,
} from './processes.ts';
import { awaitUntil } from './wait.ts';

export interface DaemonControl {
  /** Running already is fine. Resolves when its process is there, not when it answers. */
  start(name: string): Promise<void>;
  /** Stopped already is fine. Asks, and after `graceMs` kills; resolves when the process is gone. */
  stop(name: string, graceMs: number): Promise<void>;
  state(name: string): Promise<'running' | 'stopped'>;
}

export interface DaemonCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Its whole environment; without it, ours. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Where a daemon's things lie; `name` is `noded` or `masterd`. The directories must exist. */
export interface DaemonPlaces {
  /** systemd is asked only for the host's own node, root `/`. */
  readonly root: string;
  pidFile(name: string): string;
  command(name: string): DaemonCommand;
  logFile(name: string): string;
}

/** systemctl itself waits for the unit's own limits, which are shorter. */
const systemctlMs = 120_000;
/** A killed process is gone at once unless it hangs in the kernel. */
const killedMs = 5_000;
const pace = { firstMs: 10, maxMs: 100, clock: systemClock };

export const isSystemdHost = (root: string): boolean => root === '/' && existsSync('/run/systemd/system');

export function createDaemonControl(places: DaemonPlaces): DaemonControl {
  return isSystemdHost(places.root) ? systemdControl(runCommand) : processControl(places);
}

/** Control through units named `quorate-<name>.service`. */
export function systemdControl(run: RunCommand): DaemonControl {
  const systemctl = (...args: string[]) => run('systemctl', args, { timeoutMs: systemctlMs });
  const unit = (name: string) => `quorate-${name}.service`;
  const mustDo = async (verb: string, name: string): Promise<void> => {
    const result = await systemctl(verb, unit(name));
    if (result.code !== 0) throw commandFailed('systemctl', [verb, unit(name)], result);
  };
  return {
    async start(name) {
      // What failed often enough is not started again until its failures are forgotten; ours is a new wish.
      await systemctl('reset-failed', unit(name));
      await mustDo('start', name);
    },
    stop: (name) => mustDo('stop', name),
    async state(name) {
      const { stdout } = await systemctl('is-active', unit(name));
      return ['inactive', 'failed', 'unknown', ''].includes(stdout.trim()) ? 'stopped' : 'running';
    },
  };
}

/** Control of processes that we start ourselves. */
export function processControl(places: DaemonPlaces): DaemonControl {
  const pidOf = (name: string) => runningPid(places.pidFile(name));
  return {
    start: (name) =>
      alone(places, name, async () => {
        if ((await pidOf(name)) !== undefined) return;
        const { program, args, env } = places.command(name);
        const registered = async (pid: number): Promise<void> => {
          const text = `${pid}\n${(await startOfProcess(pid)) ?? ''}\n`;
          await diskFiles.writeAtomic(places.pidFile(name), text, { mode: 0o644 });
        };
        await spawnDetached(program, args, {
          logFile: places.logFile(name),
          registered,
          ...(env && { env }),
        });
      }),
    stop: (name, graceMs) =>
      alone(places, name, async () => {
        const pid = await pidOf(name);
        if (pid !== undefined) await endProcess(name, pid, graceMs);
        await diskFiles.remove(places.pidFile(name));
      }),
    state: async (name) => ((await pidOf(name)) === undefined ? 'stopped' : 'running'),
  };
}

/** The number in the file, if it is still the process that was started then. */
async function runningPid(pidFile: string): Promise<number | undefined> {
  const [number, startedAt] = ((await diskFiles.readText(pidFile)) ?? '').split('\n');
  const pid = Number(number);
  if (!number || !startedAt || !(await isRunning(pid))) return undefined;
  return (await startOfProcess(pid)) === startedAt ? pid : undefined;
}

/** Two at once would start two processes, and the file would name the one that finds its port taken. */
async function alone(places: DaemonPlaces, name: string, work: () => Promise<void>): Promise<void> {
  // By the path: the directory may be gone with the cluster.
  const lock = await acquireLock(`daemon-control ${places.pidFile(name)}`);
  if (!lock)
    throw new MachineError('STATE_LOCKED', `Another program is just starting or stopping ${name}`, {
      hint: 'Try again in a moment',
    });
  try {
    await work();
  } finally {
    await lock.release();
  }
}

async function endProcess(name: string, pid: number, graceMs: number): Promise<void> {
  const gone = async () => !(await isRunning(pid));
  const what = `${name} (process ${pid}) to end`;
  signalProcess(pid, 'SIGTERM');
  const ended = await awaitUntil(gone, { what, limitMs: graceMs, ...pace }).then(
    () => true,
    () => false,
  );
  if (ended) return;
  // The whole group: what it runs itself, such as an announcement of an address, must not outlive it.
  signalProcess(-pid, 'SIGKILL');
  signalProcess(pid, 'SIGKILL');
  await awaitUntil(gone, { what, limitMs: killedMs, ...pace });
}
