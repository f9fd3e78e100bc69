/**
 * What `node add --install` brought to this host, on record beside the programs, and how exactly that is taken away
 * when the host leaves: files as they were brought, or the Debian package in the version that was brought.
 *
 * What came another way has no record and stays, as does what was put over it since.
 *
 * Counterpart in Ganeti: none, it is on every host before.
 */
import { clusterErrorFrom, ClusterError } from '@quorate/domain/errors';
import { filledText, listOf, object, optional, orNull, parseShaped, text } from '@quorate/domain/shape';
import { timings } from '@quorate/domain/timings';
import { systemClock } from '@quorate/platform/clock';
import { isSystemdHost } from '@quorate/platform/daemon-control';
import { sha256Hex } from '@quorate/platform/digest';
import type { Files } from '@quorate/platform/files';
import { commandFailed, executableDirectory, runCommand, type RunCommand } from '@quorate/platform/processes';
import { awaitUntil } from '@quorate/platform/wait';
import type { State } from './state.ts';

/** In the order in which they get their names: `quorate` last, so that whoever finds it finds the others. */
export const programNames = ['quorate-masterd', 'quorate-noded', 'quorate'] as const;

/** Beside the programs. The package's postrm knows it too. */
export const installedProgramsFile = 'quorate.installed.json';

/** Our Debian package, and where it has the programs. */
export const debianPackage = { name: 'quorate', directory: '/usr/lib/quorate' } as const;

export interface BroughtPrograms {
  readonly programs: readonly { readonly name: string; readonly sha256: string }[];
  /** The outermost of the directories that were made for them; null if theirs was there. */
  readonly madeFrom?: string | null;
  /** Then there are no programs of their own. */
  readonly package?: { readonly version: string };
}

const recordShape = object({
  programs: listOf(object({ name: text, sha256: text })),
  madeFrom: optional(orNull(filledText)),
  package: optional(object({ version: text })),
});

export interface RemovalParts {
  readonly files: Files;
  readonly run: RunCommand;
  /** Where the programs are. */
  readonly directory: string;
  /** Whether a package must go after us: the package's scripts have systemd end whoever is asking. */
  readonly apart: boolean;
}

/**
 * On the host itself, after it has left: deletes what was brought, and answers its names. May be repeated. Throws
 * COMMAND_FAILED, or TIMED_OUT while other programs work with packages; then the package and its record stay.
 */
export async function removeBroughtPrograms(parts: RemovalParts): Promise<readonly string[]> {
  const { files, directory } = parts;
  const path = `${directory}/${installedProgramsFile}`;
  const text = await files.readText(path);
  if (text === undefined) return [];
  const record = parseShaped(text, recordShape, `The file ${path}`, 'STATE_CORRUPT') as BroughtPrograms;
  const removed = record.package
    ? await removePackage(parts, record.package.version)
    : await removeFiles(parts, record.programs);
  // The package's own scripts do it when they are run apart from us.
  if (record.package && removed.length > 0 && parts.apart) return removed;
  await files.remove(path);
  await removeDirectories(files, directory, record.madeFrom ?? undefined);
  return removed;
}

async function removeFiles(
  { files, directory }: RemovalParts,
  programs: BroughtPrograms['programs'],
): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const { name, sha256 } of programs) {
    if (!(programNames as readonly string[]).includes(name)) continue;
    const content = await files.readText(`${directory}/${name}`);
    if (content === undefined || sha256Hex(content) !== sha256) continue;
    await files.remove(`${directory}/${name}`);
    removed.push(name);
  }
  return removed;
}

/** As far as they are empty. */
async function removeDirectories(files: Files, directory: string, madeFrom?: string): Promise<void> {
  if (madeFrom === undefined) return;
  for (let path = directory; path.startsWith(madeFrom); path = path.slice(0, path.lastIndexOf('/')))
    await files.removeEmptyDirectory(path);
}

/** For itself, so that it outlives the daemon; tried again while others work with packages. */
const apartFromUs = [
  'systemd-run',
  '--quiet',
  '--collect',
  '--no-block',
  ...['Restart=on-failure', 'RestartSec=5', 'StartLimitIntervalSec=600', 'StartLimitBurst=60'].map(
    (property) => `--property=${property}`,
  ),
];

/** The status of dpkg when, for one, another program has locked the list of packages. */
const cannotReachItsList = 2;

/** Nothing if another version lies there by now, or none. */
async function removePackage({ run, apart }: RemovalParts, version: string): Promise<readonly string[]> {
  const { name } = debianPackage;
  const asked = ['-W', '-f=${db:Status-Status} ${Version}', name];
  const { stdout } = await run('dpkg-query', asked, { timeoutMs: timings.packageRemovalMs });
  const [status = '', found] = stdout.trim().split(' ');
  // An installation that broke off is ours as well.
  if (found !== version || ['not-installed', 'config-files'].includes(status)) return [];
  const purge = ['dpkg', '--purge', name];
  const [program = '', ...args] = apart ? [...apartFromUs, ...purge] : purge;
  let failure: unknown;
  const attempt = async (remainingMs: number): Promise<boolean> => {
    const result = await run(program, args, { timeoutMs: remainingMs });
    failure = result.code === 0 ? undefined : commandFailed(program, args, result);
    if (result.code === cannotReachItsList) throw failure;
    return true;
  };
  await awaitUntil(attempt, {
    what: 'others to be done with the packages of this host',
    limitMs: timings.packageRemovalMs,
    firstMs: timings.probeFirstMs,
    maxMs: timings.probeMaxMs,
    clock: systemClock,
  }).catch(packageStays);
  if (failure !== undefined) packageStays(failure);
  return programNames;
}

function packageStays(caught: unknown): never {
  const { reason, message } = clusterErrorFrom(caught);
  throw new ClusterError(reason, `The package that was brought to this host stays: ${message}`, {
    hint: `dpkg --purge ${debianPackage.name} takes it away`,
    cause: caught,
  });
}

/**
 * Takes away what was brought beside the program that runs; made while that is still there, called when the host has left.
 * A daemon that calls it must be about to end.
 */
export function ownProgramsRemoval(
  { files, layout }: State,
  { fromDaemon }: { readonly fromDaemon: boolean },
): () => Promise<readonly string[]> {
  const directory = executableDirectory();
  const apart = fromDaemon && isSystemdHost(layout.root);
  return () => removeBroughtPrograms({ files, run: runCommand, directory, apart });
}
