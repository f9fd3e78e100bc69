/** The command line of both daemons. Says everything that is wrong at once; what the settings file may set is optional here. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MachineError, messageOf } from './machine-error.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface DaemonFlags {
  /** Absolute path under which all files of this node lie; `/` on an ordinary host. */
  readonly root: string;
  readonly bind?: string;
  readonly port?: number;
  readonly logLevel?: LogLevel;
  readonly help: boolean;
  readonly version: boolean;
}

const options = {
  root: { type: 'string' },
  bind: { type: 'string' },
  port: { type: 'string' },
  'log-level': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

export const daemonHelp = (program: string): string => `Usage: ${program} [options]

  --root DIR         where this node's files lie (default: QUORATE_ROOT, or /)
  --bind ADDRESS     listen on this address instead of the settings' or the node's
  --port PORT        listen on this port instead of the settings'
  --log-level LEVEL  ${logLevels.join(', ')} (default: the settings', or info)
  -h, --help         print this
  --version          print the version
`;

function wrongFlags(program: string, problems: readonly string[], cause?: unknown): MachineError {
  const hint = `${program} --help lists what there is`;
  return new MachineError('WRONG_INPUT', problems.join('; '), { hint, cause });
}

function parseValues(argv: readonly string[], program: string) {
  try {
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;
  } catch (caught) {
    throw wrongFlags(program, [messageOf(caught)], caught);
  }
}

const isLogLevel = (text: string | undefined): text is LogLevel => logLevels.includes(text as LogLevel);
const isPort = (text: string): boolean =>
  /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;

/** `argv` without interpreter and program. Fails with WRONG_INPUT. */
export function parseDaemonFlags(
  argv: readonly string[],
  { program, env = process.env }: { readonly program: string; readonly env?: NodeJS.ProcessEnv },
): DaemonFlags {
  const given = parseValues(argv, program);
  const { bind, port, 'log-level': logLevel } = given;
  const problems: string[] = [];
  if (given.root === '') problems.push('--root must not be empty');
  if (bind !== undefined && isIP(bind) === 0)
    problems.push(`--bind must be a literal IP address, not '${bind}'`);
  if (port !== undefined && !isPort(port))
    problems.push(`--port must be a number from 1 to 65535, not '${port}'`);
  if (logLevel !== undefined && !isLogLevel(logLevel))
    problems.push(`--log-level must be one of ${logLevels.join(', ')}, not '${logLevel}'`);
  if (problems.length > 0) throw wrongFlags(program, problems);
  return {
    root: resolve(given.root ?? (env['QUORATE_ROOT'] || '/')),
    ...(bind !== undefined && { bind }),
    ...(port !== undefined && { port: Number(port) }),
    ...(isLogLevel(logLevel) && { logLevel }),
    help: given.help ?? false,
    version: given.version ?? false,
  };
}
