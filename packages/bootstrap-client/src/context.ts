/** What commands start from: this node's files, and the way to its cluster. */
import { daemonPrograms } from '@quorate/cluster-state/daemon-programs';
import { openAccess, type ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { layoutUnder } from '@quorate/cluster-state/layout';
import { readRoster } from '@quorate/cluster-state/roster-store';
import { readNodeIdentity } from '@quorate/cluster-state/secrets';
import { readSettings, type Settings } from '@quorate/cluster-state/settings';
import type { State } from '@quorate/cluster-state/state';
import type { Roster } from '@quorate/domain/roster';
import { systemClock } from '@quorate/platform/clock';
import { createDaemonControl, type DaemonControl } from '@quorate/platform/daemon-control';
import { diskFiles } from '@quorate/platform/files';
import type { Peer } from '@quorate/rpc/channels';

export interface GlobalOptions {
  readonly root: string;
  readonly json?: boolean;
}

export const stateUnder = ({ root }: GlobalOptions): State => ({
  files: diskFiles,
  layout: layoutUnder(root),
});

export interface HostContext {
  readonly state: State;
  readonly settings: Settings;
  readonly daemons: DaemonControl;
  /** The master daemon of this host. */
  readonly master: Peer;
}

export async function openHost(options: GlobalOptions): Promise<HostContext> {
  const state = stateUnder(options);
  return {
    state,
    settings: await readSettings(state),
    daemons: createDaemonControl(daemonPrograms(state.layout)),
    master: { kind: 'socket', name: 'quorate-masterd of this host', path: state.layout.masterdSocket.path },
  };
}

export interface ClusterContext {
  readonly state: State;
  readonly access: ClusterAccess;
  readonly roster: Roster;
  readonly master: Peer;
}

/** Speaks as this node. Throws NOT_IN_CLUSTER on a host of no cluster. */
export async function openCluster(options: GlobalOptions): Promise<ClusterContext> {
  const { state, master } = await openHost(options);
  const roster = await readRoster(state);
  const access = openAccess(await readNodeIdentity(state), { state, clock: systemClock });
  return { state, roster, master, access };
}
