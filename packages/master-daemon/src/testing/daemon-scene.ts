/**
 * What the tests of a master daemon start from: a fake cluster, and the disk in memory of the host it runs on.
 *
 * The disk does not follow what the fake node of that host is sent; what a test needs there it puts there.
 */
import { fakeCluster, type FakeCluster, type FakeNode } from '@quorate/bootstrap/testing/fake-cluster';
import type { ClusterAccess } from '@quorate/bootstrap/cluster-access';
import type { FailoverHooks } from '@quorate/bootstrap/hooks';
import { layoutUnder } from '@quorate/cluster-state/layout';
import type { Locking } from '@quorate/cluster-state/ssconf-lock';
import { ensureDirectories, type State } from '@quorate/cluster-state/state';
import { publishRecord } from '@quorate/cluster-state/views';
import type { ClusterRecord } from '@quorate/domain/configuration';
import type { InitRequest } from '@quorate/domain/initial-configuration';
import type { Log } from '@quorate/platform/log';
import { virtualClock } from '@quorate/platform/testing/clock';
import { memoryFiles } from '@quorate/platform/testing/files';
import type { Mastership } from '../mastership.ts';

export interface NotedLog extends Log {
  readonly lines: { readonly level: string; readonly fields: object; readonly message: string }[];
}

export interface DaemonScene {
  readonly cluster: FakeCluster;
  readonly access: ClusterAccess;
  readonly state: State;
  /** The site has none. */
  readonly hooks: FailoverHooks;
  readonly log: NotedLog;
  /** Puts a record and its views on this host's disk. */
  publish(record: ClusterRecord): Promise<void>;
  /** Calls of that name that ended, as `node outcome`, since the last look at them. */
  answers(method: string): readonly string[];
}

interface Wishes extends Partial<InitRequest> {
  /** Number of nodes; node 1 is master in epoch 1. */
  readonly size?: number;
  /** Number of the node whose master daemon is looked at. */
  readonly own?: number;
}

export async function daemonScene({ size = 3, own = 1, ...changes }: Wishes = {}): Promise<DaemonScene> {
  return sceneIn(fakeCluster(size, changes), own);
}

/** Another host of the same cluster. */
export async function sceneIn(cluster: FakeCluster, own: number): Promise<DaemonScene> {
  const state: State = { files: memoryFiles(), layout: layoutUnder('/') };
  await ensureDirectories(state);
  const publish = async (record: ClusterRecord): Promise<void> =>
    void (await publishRecord(state, record, unlocked));
  await publish(cluster.record);
  for (let n = 1; n <= cluster.roster.nodes.length; n += 1)
    cluster.on(n, 'HoldOffice', () => ({ observed: held(cluster.node(n)) }));
  return {
    cluster,
    access: cluster.access(own),
    state,
    hooks: { before: () => Promise.resolve(), after: () => Promise.resolve() },
    log: notedLog(),
    publish,
    answers: answersIn(cluster.events),
  };
}

/** A node daemon whose office is held on: it looks for the address and raises nothing. */
const held = ({ masterIpHere, voter }: FakeNode): object => ({
  ...{ masterIpHere, masterDaemon: 'MASTER_DAEMON_STATE_IN_OFFICE', epoch: voter.epoch },
});

/** Nobody else publishes on this host. */
const unlocked: Locking = {
  acquire: () => Promise.resolve({ release: () => Promise.resolve() }),
  clock: virtualClock(),
};

function answersIn(events: readonly string[]): DaemonScene['answers'] {
  let seen = 0;
  return (method) => {
    const fresh = events.slice(seen).map((event) => event.split(' '));
    seen = events.length;
    return fresh.flatMap(([node, name, outcome]) =>
      name === method && outcome ? [`${node} ${outcome}`] : [],
    );
  };
}

function notedLog(): NotedLog {
  const lines: NotedLog['lines'] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields, message });
  const log: NotedLog = {
    ...{ lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') },
    child: () => log,
  };
  return log;
}

/** A promise, and how to keep it: for tests that hold something up and let it go. */
export interface Gate {
  readonly passed: Promise<void>;
  readonly open: () => void;
}

export function gate(): Gate {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

/** Lets the event loop turn until it is so; nothing here needs time. Fails after more turns than anything takes. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let turns = 0; turns < 1_000; turns += 1) {
    if (isSo()) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  throw new Error('It never came to be');
}

/** Of the watch of a mastership, each of which sleeps between its rounds. */
const loops = 4;
/** So many turns of the event loop without a call are no pause between two. */
const restingTurns = 20;

/** Lets the watch come to rest. */
export async function atRest({ cluster }: DaemonScene): Promise<void> {
  let [seen, quiet] = [-1, 0];
  await until(() => {
    const isQuiet = cluster.clock.sleepers() === loops && cluster.events.length === seen;
    [seen, quiet] = [cluster.events.length, isQuiet ? quiet + 1 : 0];
    return quiet > restingTurns;
  });
}

/** The first look of the watch; the record of an office it came to is that of the cluster from then on. */
export async function firstLook(scene: DaemonScene, mastership: Mastership): Promise<void> {
  await atRest(scene);
  const tenure = mastership.tenure();
  if (tenure.kind === 'in-office') {
    Object.assign(scene.cluster, { record: tenure.record });
    await scene.publish(tenure.record);
  }
  scene.answers('');
}
