/**
 * Finds the processes of a lab host by the namespaces they are in, and signals them.
 *
 * A namespace is named by its inode, as the links in /proc/PID/ns name it. Looking from outside sees every
 * process of a host, whatever it calls itself and whoever started it.
 */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

export type NamespaceKind = 'pid' | 'net';

/** `pid:[4026532281]`, or undefined when there is no such process (any more). */
export function namespaceOf(pid: number, kind: NamespaceKind): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return undefined;
  }
}

/** The namespace behind a name that `ip netns` gave; undefined if there is none. */
export function namespaceBehind(file: string): string | undefined {
  try {
    return `net:[${statSync(file).ino}]`;
  } catch {
    return undefined;
  }
}

const everyProcess = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/** Processes in any of the namespaces, without this one. A zombie has left them and does not count. */
export function processesIn(kind: NamespaceKind, namespaces: ReadonlySet<string>): readonly number[] {
  return everyProcess().filter((pid) => {
    const own = namespaceOf(pid, kind);
    return pid !== process.pid && own !== undefined && namespaces.has(own);
  });
}

/** Processes whose environment holds the line, without this one. */
export function processesWithVariable(line: string): readonly number[] {
  return everyProcess().filter((pid) => pid !== process.pid && environmentOf(pid).includes(line));
}

function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** The letter of /proc/PID/stat: R, S, D, T (stopped), Z …; undefined when it is gone. */
export function stateLetter(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')[0];
  } catch {
    return undefined;
  }
}

/** Numbers of the children, seen from outside. */
export function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** Signals each; one that is gone already is as good as signalled. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      continue;
    }
  }
}

/** SIGKILL to a process and all below it. */
export const killTree = (pid: number): void => signalAll([...childrenOf(pid), pid], 'SIGKILL');
