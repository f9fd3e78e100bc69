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
import { ensureDirectories } from '@quorate/cluster-state/state';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import { initWarnings } from '@quorate/domain/init-checks';
import type { InitFacts } from '@quorate/domain/init-complaints';
import { initParameters, masterNetdevOf } from '@quorate/domain/init-parameters';
import { initialDraft } from '@quorate/domain/initial-configuration';
import { seal } from '@quorate/domain/record';
import { randomUuid, sha256Hex } from '@quorate/platform/digest';
import { type CheckedHost, checkHost } from './init-check.ts';
import { found, foundingSteps, publishFirst, type FoundingParts } from './founding.ts';
import type { InitOptions } from './init-facts.ts';
import type { SshHostKeys } from './ssh-host-keys.ts';
import { stepRunner, type StepRunner } from './steps.ts';
import { makeStorageDirectories, takenBackOnFailure } from './storage-directories.ts';

export const initSteps = {
  'check-host': 'Checking this host',
  'make-storage-directories': 'Making directories for file-based storage',
  'write-secrets': 'Making keys and certificates',
  ...foundingSteps,
} as const;

export interface InitOutcome {
  readonly record: ClusterRecord;
  readonly warnings: readonly string[];
}

/** Throws the findings of the checks as one error (BEH-138). */
export async function initCluster(parts: FoundingParts, options: InitOptions): Promise<InitOutcome> {
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
  parts: FoundingParts,
  options: InitOptions,
  checked: CheckedHost,
  steps: StepRunner<typeof initSteps>,
): Promise<ClusterRecord> {
  const identity = chooseIdentity(checked.facts);
  await steps.required('write-secrets', () => writeSecrets(parts, identity));
  return found(parts, steps, () => writeConfiguration(parts, options, identity, checked.sshHostKeys));
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
  { state, clock }: FoundingParts,
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
  { state, settings, clock }: FoundingParts,
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
  await publishFirst(state, record, uuids.node);
  return record;
}
