/**
 * The daemons' settings file: what an administrator may set on one host. Everything has a default, so the
 * file may be absent. Parsed once, at the door; all that is wrong is said together.
 *
 * Not here: parameters of the cluster (those are in the configuration) and command-line flags.
 */
import { ClusterError } from '@quorate/domain/errors';
import { ipFamily } from '@quorate/domain/names';
import { logLevels, type LogLevel } from '@quorate/platform/daemon-flags';
import type { State } from './state.ts';

export interface Settings {
  /** Literal address the daemons listen on; undefined: the node's primary address. */
  readonly bind: string | undefined;
  readonly nodePort: number;
  readonly masterPort: number;
  /** Where the master lets hosts in that join by token, while there is one; the same on all candidates. */
  readonly joinPort: number;
  /** Where other hosts reach this one's SSH server. */
  readonly sshPort: number;
  readonly logLevel: LogLevel;
  /** Watchdog device that restarts this host when the node daemon no longer looks after the lease; undefined: none. */
  readonly watchdog: string | undefined;
}

export const defaultSettings: Settings = {
  bind: undefined,
  nodePort: 1811,
  masterPort: 1816,
  joinPort: 1817,
  sshPort: 22,
  logLevel: 'info',
  watchdog: undefined,
};

const isPort = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65535;
const isAddress = (value: unknown): boolean => typeof value === 'string' && ipFamily(value) !== undefined;
const isAbsolutePath = (value: unknown): boolean =>
  typeof value === 'string' && value.startsWith('/') && !value.includes('\0');
const isLogLevel = (value: unknown): boolean => logLevels.includes(value as LogLevel);

const port = { accepts: isPort, wants: 'a port number from 1 to 65535' };
const rules: Readonly<Record<string, { accepts: (value: unknown) => boolean; wants: string }>> = {
  bind: { accepts: isAddress, wants: 'a literal IP address' },
  nodePort: port,
  masterPort: port,
  joinPort: port,
  sshPort: port,
  logLevel: { accepts: isLogLevel, wants: `one of ${logLevels.join(', ')}` },
  watchdog: { accepts: isAbsolutePath, wants: 'the absolute path of a device' },
};

/** Settings from the file's text, undefined if there is no file. Throws WRONG_INPUT naming every problem. */
export function parseSettings(text: string | undefined): Settings {
  if (text === undefined) return defaultSettings;
  const given = parseObject(text);
  const problems = Object.entries(given).flatMap(([key, value]) => problemWith(key, value));
  if (problems.length > 0) throw unusable(problems);
  const settings: Settings = { ...defaultSettings, ...given };
  if (settings.nodePort === settings.masterPort)
    throw unusable([`nodePort and masterPort must differ, both are ${settings.nodePort}`]);
  if ([settings.nodePort, settings.masterPort].includes(settings.joinPort))
    throw unusable([`joinPort must be a port of its own, and ${settings.joinPort} has a use`]);
  return settings;
}

function problemWith(key: string, value: unknown): string[] {
  const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
  if (!rule) return [`unknown key '${key}' (known are ${Object.keys(rules).join(', ')})`];
  return rule.accepts(value) ? [] : [`${key} must be ${rule.wants}, not ${JSON.stringify(value)}`];
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unusable([`it is not JSON (${(cause as Error).message})`], cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unusable(['it must be one JSON object']);
  return value as Record<string, unknown>;
}

const unusable = (problems: readonly string[], cause?: unknown): ClusterError =>
  new ClusterError('WRONG_INPUT', `The settings file cannot be used: ${problems.join('; ')}`, {
    hint: 'Correct settings.json in the settings directory, then start the daemon again',
    cause,
  });

/** The settings of this host. Throws WRONG_INPUT naming every problem of the file. */
export const readSettings = async ({ files, layout }: State): Promise<Settings> =>
  parseSettings(await files.readText(layout.settings.path));
