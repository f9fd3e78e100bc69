/**
 * What `init` and `import` have in common: this host begins a cluster as its only voter and its master.
 *
 *   alone    one at a time on a host
 *   begin    what is asked and chosen is on disk before the first change
 *   publish  secrets, the first record, its views: the same again if it is done twice
 *   start    the daemons, which from then on own what lies there
 *   finish   the run is over
 *
 * A run that was broken off anywhere is gone on with by the same command, or taken back (founding-abort.ts). One that
 * fails before it published anything takes itself back.
 */
import {
  readFoundingRun,
  removeFoundingRun,
  writeFoundingRun,
  type FirstUuids,
  type FoundingRun,
} from '@quorate/cluster-state/founding-run';
import { restoreHost } from '@quorate/cluster-state/host-changes';
import { ensureOwnDirectories } from '@quorate/cluster-state/host-directories';
import { removeInstalledFiles } from '@quorate/cluster-state/installed-files';
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import { notInCluster } from '@quorate/cluster-state/roster-store';
import type { Settings } from '@quorate/cluster-state/settings';
import type { State } from '@quorate/cluster-state/state';
import { publishRecord } from '@quorate/cluster-state/views';
import { writeVoterRecord } from '@quorate/cluster-state/voter-store';
import { canonicalJson } from '@quorate/domain/canonical-json';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import type { NodeUuid } from '@quorate/domain/roster';
import type { Clock } from '@quorate/platform/clock';
import type { DaemonControl } from '@quorate/platform/daemon-control';
import { sha256Hex } from '@quorate/platform/digest';
import { acquireLock } from '@quorate/platform/lock';
import type { ReportStep, StepRunner } from './steps.ts';

export const foundingSteps = {
  'write-configuration': 'Writing the configuration and its views',
  'start-node-daemon': 'Starting the node daemon',
  'start-master-daemon': 'Starting the master daemon and taking office',
  finish: 'Noting that all is done',
} as const;

export interface FoundingParts {
  readonly state: State;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly daemons: DaemonControl;
  readonly report: ReportStep;
  /** Waits until the node daemon answers, then until the master daemon is in office; made when there is an identity. */
  readonly awaitNodeDaemon: () => Promise<void>;
  readonly awaitMasterDaemon: () => Promise<void>;
}

export interface Asked {
  readonly command: FoundingRun['command'];
  /** Anything JSON can hold. */
  readonly request: unknown;
}

export interface Publishing {
  /** An earlier run was broken off and is gone on with. */
  readonly isResumed: boolean;
  /** To be called after the checks and before the first change. An earlier run's choice wins. */
  begin<U extends FirstUuids | undefined>(uuids: U): Promise<FoundingRun & { readonly uuids: U }>;
}

/** `publish` checks, makes what is needed, and has the first record on disk. Resolves when the master is in office. */
export const found = (
  parts: FoundingParts,
  steps: StepRunner<typeof foundingSteps>,
  asked: Asked,
  publish: (publishing: Publishing) => Promise<ClusterRecord>,
): Promise<ClusterRecord> =>
  aloneOnHost(parts.state, async () => {
    const earlier = await earlierRun(parts.state, asked);
    try {
      const record = earlier?.isPublished
        ? await publishedRecord(parts.state)
        : await publish(publishing(parts, asked, earlier));
      await startDaemons(parts, steps);
      await steps.required('finish', () => removeFoundingRun(parts.state));
      return record;
    } catch (caught) {
      throw await afterFailure(parts.state, caught);
    }
  });

/** Does the work unless another init, import or abort is at work here; then fails with OPERATION_IN_PROGRESS. */
export async function aloneOnHost<T>({ layout }: State, work: () => Promise<T>): Promise<T> {
  const lock = await acquireLock(`founding ${layout.root}`);
  if (!lock)
    throw new ClusterError('OPERATION_IN_PROGRESS', 'Another init or import is at work on this host', {
      hint: 'Wait until it has ended',
    });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/** The run that was broken off here. Throws OPERATION_IN_PROGRESS if it was asked for something else. */
export async function earlierRun(
  state: State,
  { command, request }: Asked,
): Promise<FoundingRun | undefined> {
  const earlier = await readFoundingRun(state);
  if (!earlier || (earlier.command === command && earlier.request === digestOf(request))) return earlier;
  const other = earlier.command === command ? 'other parameters' : `quorate ${earlier.command}`;
  throw new ClusterError('OPERATION_IN_PROGRESS', `A run with ${other} was broken off on this host`, {
    hint: `Go on with it by the command it was begun with, or take it back with quorate ${earlier.command} --abort`,
  });
}

const digestOf = (request: unknown): string => sha256Hex(canonicalJson(request));

function publishing(
  { state, clock }: FoundingParts,
  { command, request }: Asked,
  earlier: FoundingRun | undefined,
): Publishing {
  return {
    isResumed: earlier !== undefined,
    async begin<U extends FirstUuids | undefined>(uuids: U) {
      const chosen = { command, request: digestOf(request), ...(uuids && { uuids }) };
      const run = earlier ?? { ...chosen, startedMs: clock.now().getTime(), isPublished: false };
      await ensureOwnDirectories(state);
      if (!earlier) await writeFoundingRun(state, run);
      // Nobody has used it yet, and half of it would have to be replaced, which is not done without a backup.
      await removeInstalledFiles(state, [state.layout.foundingRun]);
      return run as FoundingRun & { readonly uuids: U };
    },
  };
}

/**
 * With a voter record that has granted and acknowledged the epoch of it, to this node. Once it is noted as published
 * nothing here writes it again: the master may have changed it.
 */
export async function publishFirst(
  state: State,
  run: FoundingRun,
  record: ClusterRecord,
  node: NodeUuid,
): Promise<void> {
  const { version } = record;
  const master = { node, epoch: version.epoch };
  await writeVoterRecord(state, {
    epoch: master.epoch,
    grantedTo: node,
    master,
    version,
    longestLeaseMs: 0,
  });
  await publishRecord(state, record);
  await writeFoundingRun(state, { ...run, isPublished: true });
}

async function publishedRecord(state: State): Promise<ClusterRecord> {
  const record = await readClusterRecord(state);
  if (record) return record;
  throw notInCluster(state.layout.clusterRecord.path);
}

async function startDaemons(
  { daemons, awaitNodeDaemon, awaitMasterDaemon }: FoundingParts,
  steps: StepRunner<typeof foundingSteps>,
): Promise<void> {
  await steps.required('start-node-daemon', async () => {
    await daemons.start('noded');
    await awaitNodeDaemon();
  });
  await steps.required('start-master-daemon', async () => {
    await daemons.start('masterd');
    await awaitMasterDaemon();
  });
}

/** Nothing runs before the first record is published, so that all can be taken back; afterwards it tells how to go on. */
async function afterFailure(state: State, caught: unknown): Promise<ClusterError> {
  const error = clusterErrorFrom(caught);
  const run = await readFoundingRun(state).catch(() => undefined);
  if (!run) return error;
  if (!run.isPublished && (await isRestored(state))) return error;
  const way = `Run the same command again to go on, or quorate ${run.command} --abort to take everything back`;
  const { reason, message, facts } = error;
  const hint = error.hint ? `${error.hint}. ${way}` : way;
  return new ClusterError(reason, message, { hint, facts, cause: caught });
}

const isRestored = (state: State): Promise<boolean> =>
  restoreHost(state).then(
    () => true,
    () => false,
  );
