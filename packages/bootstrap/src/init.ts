/**
 * Makes a cluster of one node: this one, master in epoch 1.
 *
 *   check   every check runs, all findings are shown, nothing is touched
 *   effects directories → hosts file → SSH keys → secrets → configuration and views → start
 *
 * Everything is computed before it is published, in one order, each file complete at once (spec D5, D10). What is
 * changed outside the data directory is noted first and taken back if the init fails. What is absent yet: the journal
 * that resumes or undoes a broken-off init.
 *
 * Counterpart in Ganeti: lib/bootstrap.py, InitCluster, InitConfig, _InitGanetiServerSetup.
 */
import { createClusterSecrets } from '@quorate/cluster-state/cluster-secrets';
import { readCertificateDigests } from '@quorate/cluster-state/secrets';
import { undoHostChanges } from '@quorate/cluster-state/host-changes';
import { ensureOwnDirectories } from '@quorate/cluster-state/host-directories';
import { ensureHostsEntry } from '@quorate/cluster-state/host-lines';
import { ensureRootSshKey } from '@quorate/cluster-state/root-ssh-key';
import { ensurePublicKeys } from '@quorate/cluster-state/ssh-views';
import type { State } from '@quorate/cluster-state/state';
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
import { makeStorageDirectories } from './storage-directories.ts';

export const initSteps = {
  'check-host': 'Checking this host',
  'make-directories': 'Making directories for the state of this node',
  'make-storage-directories': 'Making directories for file-based storage',
  'change-hosts-file': 'Naming this host in its hosts file',
  'set-up-ssh': "Making root's SSH key and letting it in",
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
  try {
    const record = await foundCluster(parts, options, checked, steps);
    return { record, warnings: initWarnings(checked.facts) };
  } catch (caught) {
    // The error that is told is the first one; what could not be taken back is still on record.
    await undoHostChanges(parts.state).catch(() => undefined);
    throw caught;
  }
}

async function foundCluster(
  parts: FoundingParts,
  options: InitOptions,
  checked: CheckedHost,
  steps: StepRunner<typeof initSteps>,
): Promise<ClusterRecord> {
  const identity = chooseIdentity(checked.facts);
  await changeHost(parts, options, identity, steps);
  await steps.required('write-secrets', () => writeSecrets(parts, identity));
  return found(parts, steps, () => writeConfiguration(parts, options, identity, checked.sshHostKeys));
}

/** What is not wanted is no step. */
async function changeHost(
  { state }: FoundingParts,
  { modifyEtcHosts, modifySshSetup }: InitOptions,
  identity: Identity,
  steps: StepRunner<typeof initSteps>,
): Promise<void> {
  const { facts, primaryIp } = identity;
  await steps.required('make-directories', () => ensureOwnDirectories(state));
  await steps.required('make-storage-directories', () => makeStorageDirectories(state, facts.storagePlaces));
  if (modifyEtcHosts)
    await steps.required('change-hosts-file', () =>
      ensureHostsEntry(state, { address: primaryIp, name: facts.hostName }),
    );
  if (modifySshSetup) await steps.required('set-up-ssh', () => setUpSsh(state, identity));
}

async function setUpSsh(state: State, { facts, uuids }: Identity): Promise<void> {
  const { sshKeyType, sshKeyBits } = initParameters(facts);
  const publicKey = await ensureRootSshKey(state, {
    type: sshKeyType,
    bits: sshKeyBits,
    comment: `root@${facts.hostName}`,
  });
  await ensurePublicKeys(state, uuids.node, [publicKey]);
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
