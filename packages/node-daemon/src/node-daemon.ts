/**
 * The node daemon as one thing that starts and stops: finds out which node it is, listens, serves.
 *
 * Counterpart in Ganeti: lib/server/noded.py.
 */
import { createAudit } from '@quorate/cluster-state/audit';
import { removeCutBackups } from '@quorate/cluster-state/backups';
import { removeTemporaries } from '@quorate/cluster-state/installed-files';
import { openLiveIdentity, shownNow } from '@quorate/cluster-state/live-identity';
import { completeRenewal } from '@quorate/cluster-state/node-renewal';
import { createNodeListener, identifyCaller } from '@quorate/cluster-state/node-listener';
import { readRoster } from '@quorate/cluster-state/roster-store';
import type { Settings } from '@quorate/cluster-state/settings';
import type { State } from '@quorate/cluster-state/state';
import { syncState } from '@quorate/cluster-state/sync-state';
import { mayCall } from '@quorate/domain/method-table';
import { softwareVersion } from '@quorate/domain/software';
import { timings } from '@quorate/domain/timings';
import type { Clock } from '@quorate/platform/clock';
import type { MasterAddress } from '@quorate/platform/interface-address';
import type { Log } from '@quorate/platform/log';
import { isSystemdHost } from '@quorate/platform/daemon-control';
import { siteProgramRunner } from '@quorate/platform/site-programs';
import type { AdmittedSocket } from '@quorate/platform/tls-listener';
import { openWatchdog } from '@quorate/platform/watchdog';
import { createChannels } from '@quorate/rpc/channels';
import { createServer } from '@quorate/rpc/server';
import { createHostKeeper } from './host-keeper.ts';
import { machineLook } from './host-look.ts';
import { inspection } from './inspection.ts';
import { leaveCluster } from './leave-cluster.ts';
import { masterDaemonLink } from './master-daemon-link.ts';
import { listenedAddress, masterAddress } from './master-ip.ts';
import { createMasterIpHooks } from './master-ip-hooks.ts';
import { scriptedAddress } from './master-ip-script.ts';
import { mending } from './mending.ts';
import { createMasterServices } from './master-services.ts';
import { createOffice } from './office.ts';
import { createRenewalPart } from './renewal.ts';
import { serveNode } from './services.ts';
import { createVoter } from './voter.ts';

export interface NodeDaemonParts {
  readonly state: State;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  readonly interfaceAddress: MasterAddress;
  /** Ends the master daemon of this host, whatever it does. */
  readonly stopMasterDaemon: () => Promise<void>;
  /** Called when this node has left its cluster: the program must end, then run `afterwards`. */
  readonly onLeft: (afterwards: () => Promise<void>) => void;
}

export interface NodeDaemon {
  /** Takes no more calls; resolves when those under way have ended or the grace is over. */
  stop(): Promise<void>;
}

export async function startNodeDaemon(parts: NodeDaemonParts): Promise<NodeDaemon> {
  const { state, settings, clock, log } = parts;
  await completeRenewal(state);
  const identity = await openLiveIdentity({ state, clock, log });
  // Before anything is told from it: an earlier life may have ended between a rename and its sync.
  await syncState(state);
  const roster = await readRoster(state);
  await removeTemporaries(state);
  await removeCutBackups(state);
  const own = identity.current().nodeUuid;

  const audit = createAudit({ log, clock });
  const server = createServer({
    identify: identifyCaller,
    authorise: async (path, caller) =>
      mayCall(path, caller, { ...shownNow(identity), roster: await readRoster(state) }),
    onCall: (finished) => audit.call(finished),
  });
  const onConnection = (socket: AdmittedSocket): void => server.accept(socket);
  const listener = createNodeListener({ state, identity, onConnection, audit, clock });
  const channels = createChannels({ connectMs: timings.connectMs, reconnectMaxMs: timings.reconnectMaxMs });

  const run = siteProgramRunner(state.layout.programsLog);
  const voter = createVoter({ state, own, clock, softwareVersion });
  const masterDaemon = masterDaemonLink(channels, state.layout);
  const keeper = createHostKeeper(state, own, { log, clock });
  const office = createOffice({
    state,
    own,
    voter,
    address: masterAddress({
      onInterface: parts.interfaceAddress,
      onLoopback: listenedAddress(listener, settings.nodePort),
      byScript: scriptedAddress({ state, run, clock }),
    }),
    hooks: createMasterIpHooks({ state, run, log }),
    masterDaemon,
    services: createMasterServices({
      state,
      systemd: isSystemdHost(state.layout.root),
      run,
      log,
    }),
    clock,
    log,
  });
  const host = machineLook(state.layout);
  serveNode(server, {
    state,
    own,
    voter,
    office,
    inspect: inspection({ state, own, clock, host, presented: () => identity.current().certificatePem }),
    mend: mending(state, { clock, host, log }),
    host: keeper,
    leaveCluster: leaveCluster({
      ...parts,
      own,
      voter,
      // What it changed is taken back then, and it must not change it again.
      onLeft: (afterwards) => parts.onLeft(() => keeper.end().then(afterwards)),
    }),
    renewal: createRenewalPart({
      state,
      voter,
      identity,
      masterDaemonTrust: () => masterDaemon.reloadTrust(),
      host: keeper,
      own,
    }),
  });

  const everywhere = roster.masterIp.family === 4 ? '0.0.0.0' : '::';
  const bound = settings.bind ?? everywhere;
  await listener.listen({ host: bound, port: settings.nodePort });
  log.info({ node: own, host: bound, port: settings.nodePort }, 'node daemon serves');
  await office.begin();
  void keeper.follow();
  // Last of all: once armed, it restarts the host unless the watch runs.
  const watchdog = settings.watchdog === undefined ? undefined : await openWatchdog(settings.watchdog);
  if (settings.watchdog !== undefined && !watchdog)
    log.warn({ device: settings.watchdog }, 'there is no such watchdog');
  const watching = new AbortController();
  const watch = Promise.all([
    office.watch(watching.signal, watchdog),
    identity.watch(watching.signal),
    listener.watch(watching.signal),
  ]);

  return {
    async stop() {
      // In this order: closing the listener cuts the connections that calls under way still need.
      await server.shutdown(timings.shutdownGraceMs);
      await listener.close();
      watching.abort();
      await watch;
      await watchdog?.disarm();
      await keeper.end();
      audit.end();
      channels.close();
    },
  };
}
