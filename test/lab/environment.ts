/** What a command on a lab host finds around it: our programs first on its PATH, its own home, nothing of ours else. */
import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { systemPath } from './packages.ts';
import { home, type HostPlan } from './plan.ts';

export const projectRoot = realpathSync(resolve(import.meta.dirname, '../..'));
/** Where the three programs lie after a build. */
export const programs = `${projectRoot}/dist`;

const nodeDirectory = dirname(realpathSync(process.execPath));
export const programPath = `${programs}:${nodeDirectory}:${systemPath}`;

const mark = 'QUORATE_LAB_PROCESS';
/** A process with this line in its environment was started for this lab; `down` finds stragglers by it. */
export const markOf = (lab: { readonly name: string }): string => `${mark}=${lab.name}`;

/** For the machine's programs that build a lab: should the builder be killed, they still bear the mark. */
export const builderEnvironment = (lab: { readonly name: string }): NodeJS.ProcessEnv => ({
  ...process.env,
  [mark]: lab.name,
});

const passedOn = ['TERM', 'COLUMNS', 'LINES', 'NO_COLOR', 'FORCE_COLOR'] as const;

export function environmentOn(host: HostPlan): NodeJS.ProcessEnv {
  const ours = passedOn.map((name) => [name, process.env[name]]).filter(([, text]) => text !== undefined);
  return {
    ...Object.fromEntries(ours),
    PATH: programPath,
    HOME: home,
    USER: 'root',
    LOGNAME: 'root',
    LANG: 'C.UTF-8',
    [mark]: host.lab.name,
  };
}

/** Directories a host has of its own, and under what name its own directory holds them. */
const ownDirectories = {
  '/etc': 'etc',
  '/var/lib': 'var-lib',
  '/var/log': 'var-log',
  '/run': 'run',
  '/tmp': 'tmp',
};

/**
 * The programs may themselves lie under a directory that a host has of its own, a clone in /tmp for one.
 * Answers `path, place to show it` in turn for those.
 */
export function hiddenProgramPaths(host: HostPlan): readonly string[] {
  return [projectRoot, dirname(nodeDirectory)].flatMap((path) => {
    const over = Object.entries(ownDirectories).find(([directory]) => path.startsWith(`${directory}/`));
    return over === undefined ? [] : [path, `${host.directory}/${over[1]}${path.slice(over[0].length)}`];
  });
}
