/** What `init` and `import` end with: this host begins a cluster as its only voter and its master. */
import type { Settings } from '@quorate/cluster-state/settings';
import type { State } from '@quorate/cluster-state/state';
import { publishRecord } from '@quorate/cluster-state/views';
import { writeVoterRecord } from '@quorate/cluster-state/voter-store';
import type { ClusterRecord } from '@quorate/domain/configuration';
import type { NodeUuid } from '@quorate/domain/roster';
import type { Clock } from '@quorate/platform/clock';
import type { DaemonControl } from '@quorate/platform/daemon-control';
import type { ReportStep, StepRunner } from './steps.ts';

export const foundingSteps = {
  'write-configuration': 'Writing the configuration and its views',
  'start-node-daemon': 'Starting the node daemon',
  'start-master-daemon': 'Starting the master daemon and taking office',
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

/** `write` makes the first record and has it on disk with `publishFirst`. Resolves when the master is in office. */
export async function found(
  { daemons, awaitNodeDaemon, awaitMasterDaemon }: FoundingParts,
  steps: StepRunner<typeof foundingSteps>,
  write: () => Promise<ClusterRecord>,
): Promise<ClusterRecord> {
  const record = await steps.required('write-configuration', write);
  await steps.required('start-node-daemon', async () => {
    await daemons.start('noded');
    await awaitNodeDaemon();
  });
  await steps.required('start-master-daemon', async () => {
    await daemons.start('masterd');
    await awaitMasterDaemon();
  });
  return record;
}

/** With a voter record that has granted and acknowledged the epoch of it, to this node. */
export async function publishFirst(state: State, record: ClusterRecord, node: NodeUuid): Promise<void> {
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
}
