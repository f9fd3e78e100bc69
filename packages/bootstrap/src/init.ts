/**
 * Makes a cluster of one node: this one, master in epoch 1.
 *
 *   check   every check runs, all findings are shown, nothing is touched
 *   effects storage directories → secrets → configuration and views → start
 *
 * Everything is computed before it is published, in one order, each file complete at once (spec D5, D10). What
 * is absent yet: the journal that resumes or undoes a broken-off init (only the storage directories are taken back),
 * hosts file and SSH key management.
 *
 * Counterpart in Ganeti: lib/bootstrap.py, InitCluster, InitConfig, _InitGanetiServerSetup.
 */
import { createClusterSecrets } from '@quorate/cluster-state/cluster-secrets';
import { readCertificateDigests } from '@quorate/cluster-state/secrets';
import type { Settings } from '@quorate/cluster-state/settings';
import { ensureDirectories, type State } from '@quorate/cluster-state/state';
import { publishRecord } from '@quorate/cluster-state/views';
import { writeVoterRecord } from '@quorate/cluster-state/voter-store';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import { initWarnings } from '@quorate/domain/init-checks';
import type { InitFacts } from '@quorate/domain/init-complaints';
import { initParameters, masterNetdevOf } from '@quorate/domain/init-parameters';
import { initialDraft } from '@quorate/domain/initial-configuration';
import { seal } from '@quorate/domain/record';
import type { Clock } from '@quorate/platform/clock';
import type { DaemonControl } from '@quorate/platform/daemon-control';
import { randomUuid, sha256Hex } from '@quorate/platform/digest';
import { type CheckedHost, checkHost } from './init-check.ts';
import type { InitOptions } from './init-facts.ts';
import type { SshHostKeys } from './ssh-host-keys.ts';
import { stepRunner, type ReportStep, type StepRunner } from './steps.ts';
import { makeStorageDirectories, takenBackOnFailure } from './storage-directories.ts';

export const initSteps = {
  'check-host': 'Checking this host',
  'make-storage-directories': 'Making directories for file-based storage',
  'write-secrets': 'Making keys and certificates',
  'write-configuration': 'Writing the configuration and its views',
  'start-node-daemon': 'Starting the node daemon',
  'start-master-daemon': 'Starting the master daemon and taking office',
} as const;

export interface InitParts {
  readonly state: State;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly daemons: DaemonControl;
  readonly report: ReportStep;
  /** Waits until the node daemon answers, then until the master daemon is in office; made when there is an identity. */
  readonly awaitNodeDaemon: () => Promise<void>;
  readonly awaitMasterDaemon: () => Promise<void>;
}

export interface InitOutcome {
  readonly record: ClusterRecord;
  readonly warnings: readonly string[];
}

/** Throws the findings of the checks as one error (BEH-138). */
export async function initCluster(parts: InitParts, options: InitOptions): Promise<InitOutcome> {
  const steps = stepRunner(initSteps, parts.report, parts.clock);
  const checked = await steps.required('check-host', () => checkHost(parts.state, parts.settings, options));
  const record = await takenBackOnFailure(async (made) => {
    await steps.required('make-storage-directories', () =>
      makeStorageDirectories(parts.state.layout, checked.facts.storagePlaces, made),
    );
    return foundCluster(parts, options, checked, steps);
  });
  return { record, warnings: initWarnings(checked.facts) };
}

async function foundCluster(
  parts: InitParts,
  options: InitOptions,
  checked: CheckedHost,
  steps: StepRunner<typeof initSteps>,
): Promise<ClusterRecord> {
  const { daemons } = parts;
  const identity = chooseIdentity(checked.facts);
  await steps.required('write-secrets', () => writeSecrets(parts, identity));
  const record = await steps.required('write-configuration', () =>
    writeConfiguration(parts, options, identity, checked.sshHostKeys),
  );
  await steps.required('start-node-daemon', async () => {
    await daemons.start('noded');
    await parts.awaitNodeDaemon();
  });
  await steps.required('start-master-daemon', async () => {
    await daemons.start('masterd');
    await parts.awaitMasterDaemon();
  });
  return record;
}

interface Identity {
  readonly facts: InitFacts;
  readonly primaryIp: string;
  readonly masterIp: string;
  readonly uuids: { readonly cluster: string; readonly node: string; readonly group: string };
}

function chooseIdentity(facts: InitFacts): Identity {
  const [primaryIp] = facts.hostAddresses;
  const [masterIp] = facts.clusterAddresses;
  if (!primaryIp || !masterIp) throw new ClusterError('INTERNAL', 'The checks passed without addresses');
  return {
    facts,
    primaryIp,
    masterIp,
    uuids: { cluster: randomUuid(), node: randomUuid(), group: randomUuid() },
  };
}

async function writeSecrets(
  { state, clock }: InitParts,
  { facts, primaryIp, uuids }: Identity,
): Promise<void> {
  await ensureDirectories(state);
  await createClusterSecrets(state, {
    clusterName: facts.clusterName,
    clusterUuid: uuids.cluster,
    node: {
      uuid: uuids.node,
      name: facts.hostName,
      addresses: [...new Set([primaryIp, facts.secondaryIp ?? primaryIp])],
    },
    now: clock.now(),
    renew: { cluster: true, client: true },
  });
}

async function writeConfiguration(
  { state, settings, clock }: InitParts,
  options: InitOptions,
  { facts, primaryIp, masterIp, uuids }: Identity,
  sshHostKeys: SshHostKeys,
): Promise<ClusterRecord> {
  const { nodePort, masterPort, sshPort } = settings;
  const node = {
    name: facts.hostName,
    primaryIp,
    secondaryIp: options.secondaryIp,
    nodePort,
    masterPort,
    ...(await readCertificateDigests(state)),
  };
  const nowSeconds = clock.now().getTime() / 1000;
  const record = seal(
    initialDraft({
      ...options,
      masterIp,
      node,
      uuids,
      nowSeconds,
      sshHostKeys,
      sshPort,
      masterNetdev: masterNetdevOf(facts),
      parameters: initParameters(facts),
    }),
    sha256Hex,
  );
  const master = { node: uuids.node, epoch: record.version.epoch };
  await writeVoterRecord(state, {
    epoch: master.epoch,
    grantedTo: master.node,
    master,
    version: record.version,
    longestLeaseMs: 0,
  });
  await publishRecord(state, record);
  return record;
}
