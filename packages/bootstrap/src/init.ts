/**
 * Makes a cluster of one node: this one, master in epoch 1.
 *
 *   check   every check runs, all findings are shown, nothing is touched
 *   effects directories → hosts file → SSH keys → secrets → configuration and views → start
 *
 * Everything is computed before it is published, in one order, each file complete at once (spec D5, D10). Each effect
 * may be repeated, so that an init that broke off is gone on with by the same command (spec D6).
 *
 * Counterpart in Ganeti: lib/bootstrap.py, InitCluster, InitConfig, _InitGanetiServerSetup.
 */
import { createClusterSecrets } from '@quorate/cluster-state/cluster-secrets';
import type { FirstUuids, FoundingRun } from '@quorate/cluster-state/founding-run';
import { readCertificateDigests } from '@quorate/cluster-state/secrets';
import { ensureHostsEntries } from '@quorate/cluster-state/host-lines';
import { ensureRootSshKey } from '@quorate/cluster-state/root-ssh-key';
import type { State } from '@quorate/cluster-state/state';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import { initWarnings } from '@quorate/domain/init-checks';
import type { InitFacts } from '@quorate/domain/init-complaints';
import { initParameters, masterNetdevOf } from '@quorate/domain/init-parameters';
import { initialDraft } from '@quorate/domain/initial-configuration';
import { seal } from '@quorate/domain/record';
import { randomUuid, sha256Hex } from '@quorate/platform/digest';
import { checkHost } from './init-check.ts';
import { type Asked, found, foundingSteps, publishFirst, type FoundingParts } from './founding.ts';
import type { InitOptions } from './init-facts.ts';
import type { SshHostKeys } from './ssh-host-keys.ts';
import { stepRunner, type StepRunner } from './steps.ts';
import { makeStorageDirectories } from './storage-directories.ts';

export const initSteps = {
  'check-host': 'Checking this host',
  begin: 'Noting what is asked, to go on with it or take it back',
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

/** Throws the findings of the checks as one error (BEH-138). A run that was broken off is gone on with. */
export async function initCluster(parts: FoundingParts, options: InitOptions): Promise<InitOutcome> {
  const steps = stepRunner(initSteps, parts.report, parts.clock);
  let warnings: readonly string[] = [];
  const record = await found(parts, steps, askedOf(options), async ({ isResumed, begin }) => {
    const checked = await steps.required('check-host', () =>
      checkHost(parts.state, parts.settings, options, isResumed),
    );
    warnings = initWarnings(checked.facts);
    const identity = await steps.required('begin', async () =>
      identityOf(checked.facts, await begin(randomUuids())),
    );
    const sshPublicKey = await changeHost(parts, options, identity, steps);
    await steps.required('write-secrets', () => writeSecrets(parts, identity));
    return steps.required('write-configuration', () =>
      writeConfiguration(parts, options, { ...identity, sshPublicKey }, checked.sshHostKeys),
    );
  });
  return { record, warnings };
}

/** What makes one init the same as another. */
export const askedOf = (options: InitOptions): Asked => ({ command: 'init', request: options });

const randomUuids = (): FirstUuids => ({ cluster: randomUuid(), node: randomUuid(), group: randomUuid() });

/** What is not wanted is no step. Resolves to root's public key, if SSH is managed. */
async function changeHost(
  { state }: FoundingParts,
  { modifyEtcHosts, modifySshSetup }: InitOptions,
  identity: Identity,
  steps: StepRunner<typeof initSteps>,
): Promise<string | undefined> {
  const { facts, primaryIp } = identity;
  await steps.required('make-storage-directories', () => makeStorageDirectories(state, facts.storagePlaces));
  if (modifyEtcHosts)
    await steps.required('change-hosts-file', () =>
      ensureHostsEntries(state, { address: primaryIp, name: facts.hostName }),
    );
  if (!modifySshSetup) return undefined;
  return steps.required('set-up-ssh', () => setUpSsh(state, identity));
}

function setUpSsh(state: State, { facts }: Identity): Promise<string> {
  const { sshKeyType, sshKeyBits } = initParameters(facts);
  return ensureRootSshKey(state, {
    type: sshKeyType,
    bits: sshKeyBits,
    comment: `root@${facts.hostName}`,
  });
}

interface Identity {
  readonly facts: InitFacts;
  readonly primaryIp: string;
  readonly masterIp: string;
  readonly run: FoundingRun & { readonly uuids: FirstUuids };
}

function identityOf(facts: InitFacts, run: Identity['run']): Identity {
  const [primaryIp] = facts.hostAddresses;
  const [masterIp] = facts.clusterAddresses;
  if (!primaryIp || !masterIp) throw new ClusterError('INTERNAL', 'The checks passed without addresses');
  return { facts, primaryIp, masterIp, run };
}

async function writeSecrets(
  { state, clock }: FoundingParts,
  { facts, primaryIp, run: { uuids } }: Identity,
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
  });
}

async function writeConfiguration(
  { state, settings }: FoundingParts,
  options: InitOptions,
  { facts, primaryIp, masterIp, run, sshPublicKey }: Identity & { readonly sshPublicKey: string | undefined },
  sshHostKeys: SshHostKeys,
): Promise<ClusterRecord> {
  const { nodePort, masterPort, sshPort } = settings;
  const node = {
    name: facts.hostName,
    primaryIp,
    secondaryIp: options.secondaryIp,
    nodePort,
    masterPort,
    sshPublicKey,
    ...(await readCertificateDigests(state)),
  };
  const record = seal(
    initialDraft({
      ...options,
      masterIp,
      node,
      uuids: run.uuids,
      nowSeconds: run.startedMs / 1000,
      sshHostKeys,
      sshPort,
      masterNetdev: masterNetdevOf(facts),
      parameters: initParameters(facts),
    }),
    sha256Hex,
  );
  await publishFirst(state, run, record, run.uuids.node);
  return record;
}
