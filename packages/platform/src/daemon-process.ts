/**
 * The life of a daemon's process: flags, start, ready, wait for the wish to end, stop, exit code.
 *
 * What the daemon does is the caller's; this is the same for both of ours.
 */
import { daemonHelp, parseDaemonFlags, type DaemonFlags } from './daemon-flags.ts';
import { messageOf } from './machine-error.ts';
import { notifyReady, notifyStopping } from './service-notify.ts';
import { shutdownSignal } from './shutdown-signal.ts';

export interface StartedDaemon {
  /** Takes no more work; resolves when what was under way has ended. */
  stop(): Promise<void>;
}

/** Ends the daemon from within; `afterwards` runs when it has stopped. */
export type EndDaemon = (afterwards: () => Promise<void>) => void;

export interface DaemonProgram {
  readonly program: string;
  readonly purpose: string;
  readonly version: string;
  /** The exit code for an error that kept the daemon from starting. */
  readonly exitCodeOf: (caught: unknown) => number;
  readonly start: (flags: DaemonFlags, end: EndDaemon) => Promise<StartedDaemon>;
}

/** Resolves to the exit code. Prints one clear error, never a stack trace. */
export async function runDaemon(program: DaemonProgram, argv: readonly string[]): Promise<number> {
  try {
    const flags = parseDaemonFlags(argv, program);
    if (flags.help) return print(`${daemonHelp(program.program)}\n${program.purpose}.\n`);
    if (flags.version) return print(`${program.version}\n`);
    return await live(program, flags);
  } catch (caught) {
    process.stderr.write(`${program.program}: ${messageOf(caught)}\n${hintOf(caught)}`);
    return program.exitCodeOf(caught);
  }
}

async function live(program: DaemonProgram, flags: DaemonFlags): Promise<number> {
  const wish = shutdownSignal();
  let end: EndDaemon = () => {};
  const ended = new Promise<() => Promise<void>>((resolve) => (end = resolve));
  wish.addEventListener('abort', () => end(() => Promise.resolve()), { once: true });
  const daemon = await program.start(flags, end);
  await notifyReady();
  const afterwards = await ended;
  await notifyStopping().catch(() => undefined);
  await daemon.stop();
  await afterwards();
  return 0;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

const hintOf = (caught: unknown): string =>
  caught instanceof Error && 'hint' in caught && typeof caught.hint === 'string' ? `  ${caught.hint}\n` : '';
