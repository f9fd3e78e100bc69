/** Where the daemons' programs, pid files and logs are, for whoever starts and stops them on this host. */
import type { Layout } from './layout.ts';
import type { DaemonPlaces } from '@quorate/platform/daemon-control';
import { executableDirectory } from '@quorate/platform/processes';

const entries = { noded: ['nodedPid', 'nodedLog'], masterd: ['masterdPid', 'masterdLog'] } as const;
type DaemonName = keyof typeof entries;

/** The daemons lie beside the program that is running. */
export const daemonPrograms = (layout: Layout): DaemonPlaces => ({
  root: layout.root,
  pidFile: (name) => layout[entries[name as DaemonName][0]].path,
  logFile: (name) => layout[entries[name as DaemonName][1]].path,
  command: (name) => ({ program: `${executableDirectory()}/quorate-${name}`, args: ['--root', layout.root] }),
});
