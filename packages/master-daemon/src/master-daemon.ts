/**
 * The master daemon as one thing that starts and stops: serves administrators on a Unix socket and nodes over
 * mutual TLS, and looks after this node's mastership meanwhile.
 *
 * Counterparts in Ganeti: ganeti-wconfd and ganeti-luxid.
 */
import { createAudit } from '@quorate/cluster-state/audit';
import { openLiveIdentity, shownNow } from '@quorate/cluster-state/live-identity';
import { createNodeListener, identifyCaller, shownBy } from '@quorate/cluster-state/node-listener';
import { readRoster } from '@quorate/cluster-state/roster-store';
import type { Settings } from '@quorate/cluster-state/settings';
import { ensureDirectories, type State } from '@quorate/cluster-state/state';
import { mayCall } from '@quorate/domain/method-table';
import { timings } from '@quorate/domain/timings';
import { awaitsStrangers } from '@quorate/domain/token-book';
import type { Clock } from '@quorate/platform/clock';
import type { Log } from '@quorate/platform/log';
import type { AdmittedSocket } from '@quorate/platform/tls-listener';
import { siteProgramRunner } from '@quorate/platform/site-programs';
import { createFailoverHooks } from '@quorate/bootstrap/hooks';
import { openLiveAccess } from '@quorate/bootstrap/cluster-access';
import { createServer } from '@quorate/rpc/server';
import { admissionLogIn } from './admission-log.ts';
import { joinService } from './join-service.ts';
import { createMastership } from './mastership.ts';
import { createRenewalKeeper } from './renewal-keeper.ts';
import { serveRenewal } from './renewal-services.ts';
import { serveMaster } from './services.ts';
import { createStrangerDoor } from './stranger-door.ts';
import { serveTokens } from './token-services.ts';

export interface MasterDaemonParts {
  readonly state: State;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
}

export interface MasterDaemon {
  /** Takes no more calls; resolves when those under way have ended or the grace is over. */
  stop(): Promise<void>;
}

export async function startMasterDaemon({
  state,
  settings,
  clock,
  log,
}: MasterDaemonParts): Promise<MasterDaemon> {
  const identity = await openLiveIdentity({ state, clock, log });
  const roster = await readRoster(state);
  const audit = createAudit({ log, clock });
  const access = openLiveAccess(identity, {
    ...{ state, clock },
    onRefused: ({ certificate, ...refused }) =>
      audit.server({ ...refused, certificate: shownBy(certificate) }),
  });
  const hooks = createFailoverHooks({ state, run: siteProgramRunner(state.layout.programsLog), log });
  const mastership = createMastership({ state, access, hooks, log });

  const server = createServer({
    identify: identifyCaller,
    authorise: async (path, caller) =>
      mayCall(path, caller, { ...shownNow(identity), roster: await readRoster(state) }),
    onCall: (finished) => audit.call(finished),
  });
  const keeper = createRenewalKeeper({ state, access, mastership, log });
  serveMaster(server, { state, access, mastership });
  serveRenewal(server, { state, own: access.own, now: () => clock.now(), mastership, keeper, identity });
  const host = settings.bind ?? (roster.masterIp.family === 4 ? '0.0.0.0' : '::');
  const forTokens = {
    state,
    access,
    identity,
    mastership,
    admissions: admissionLogIn(log),
    joinPort: settings.joinPort,
  };
  const door = createStrangerDoor({
    ...{ identity, clock, log, at: { host, port: settings.joinPort } },
    isWanted: () => {
      const tenure = mastership.tenure();
      return tenure.kind === 'in-office' && awaitsStrangers(tenure.record, clock.now().getTime() / 1000);
    },
    serve: joinService(forTokens),
  });
  serveTokens(server, { ...forTokens, lookAtDoor: door.look });

  const onConnection = (socket: AdmittedSocket): void => server.accept(socket);
  const listener = createNodeListener({ state, identity, onConnection, audit, clock });
  await listener.listen({ host, port: settings.masterPort });
  await ensureDirectories(state);
  await state.files.remove(state.layout.masterdSocket.path);
  await server.listenOnSocket(state.layout.masterdSocket.path);
  log.info({ node: access.own, host, port: settings.masterPort }, 'master daemon serves');

  const watching = new AbortController();
  const watch = Promise.all(
    [mastership, identity, access, keeper, listener, door].map((each) => each.watch(watching.signal)),
  );
  return {
    async stop() {
      watching.abort();
      await mastership.resign();
      await door.close();
      // In this order: closing the listener cuts the connections that calls under way still need.
      await server.shutdown(timings.shutdownGraceMs);
      await listener.close();
      access.channels.close();
      await watch;
      audit.end();
    },
  };
}
