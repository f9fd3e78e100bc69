/** Looks at this host for `init`: everything the checks judge, gathered before anything is changed. */
import { findLeftovers, strangersIn } from '@quorate/cluster-state/installed-files';
import { masterIpScriptState } from '@quorate/cluster-state/master-ip-script';
import { rootSshKeyFacts } from '@quorate/cluster-state/root-ssh-key';
import type { State } from '@quorate/cluster-state/state';
import type { Settings } from '@quorate/cluster-state/settings';
import type { InitFacts } from '@quorate/domain/init-complaints';
import { decideSshKey, type InitWords, masterNetdevOf } from '@quorate/domain/init-parameters';
import type { StorageRequest } from '@quorate/domain/storage-request';
import { deviceExists, ownAddresses } from '@quorate/platform/network';
import { runCommand } from '@quorate/platform/processes';
import { ownHostName, resolveName } from '@quorate/platform/resolver';
import { addressUse } from './address-use.ts';
import { readSshHostKeys, type SshHostKeys } from './ssh-host-keys.ts';
import { gatherStorageFacts } from './storage-facts.ts';

/** What the operator asked `init` for; defaults are the command line's. */
export interface InitOptions extends StorageRequest {
  readonly clusterName: string;
  readonly family: 4 | 6;
  readonly secondaryIp?: string | undefined;
  /** The usual one for the NIC mode if absent. */
  readonly masterNetdev?: string | undefined;
  readonly masterNetmask?: number | undefined;
  readonly candidatePoolSize: number;
  readonly macPrefix: string;
  readonly enabledHypervisors: readonly string[];
  readonly modifyEtcHosts: boolean;
  readonly modifySshSetup: boolean;
  readonly allowLoopback: boolean;
  /** All further parameters, as typed. */
  readonly words: InitWords;
}

export async function gatherInitFacts(
  state: State,
  settings: Settings,
  options: InitOptions,
  isResumed: boolean,
): Promise<{ facts: InitFacts; sshHostKeys: SshHostKeys }> {
  const { layout } = state;
  const lookup = { family: options.family, hostsFile: layout.hostsFile.path };
  const addressesOf = (name: string): Promise<readonly string[]> => resolveName(name, lookup).catch(() => []);
  const hostName = await ownHostName({ hostnameFile: layout.hostnameFile?.path ?? '/etc/hostname' });
  const ownedAddresses = ownAddresses().map((own) => own.address);
  const iallocatorsFound = findIallocators(state);
  // All at once: a name server, a sleeping disk or a silent address may each take seconds, and everybody else none.
  const [hostAddresses, clusterAddress, storage, sshHostKeys, iallocators] = await Promise.all([
    addressesOf(hostName),
    addressesOf(options.clusterName).then(async (clusterAddresses) => {
      const device = masterNetdevOf({ ...options, iallocators: await iallocatorsFound });
      const [address] = clusterAddresses;
      const question = { address, device, port: settings.nodePort, owned: ownedAddresses };
      return { clusterAddresses, masterIpUse: await addressUse(question, { run: runCommand }) };
    }),
    gatherStorageFacts(state, options),
    readSshHostKeys(state),
    iallocatorsFound,
  ]);
  const facts: InitFacts = {
    ...options,
    ...storage,
    iallocators,
    ...(await whatLiesThere(state, isResumed)),
    hostName,
    hostAddresses,
    ownedAddresses,
    ...clusterAddress,
    netmask: options.masterNetmask,
    netdevExists: await deviceExists(masterNetdevOf({ ...options, iallocators })),
    masterIpScript: await masterIpScriptState(state),
    sshHostKeyFound: sshHostKeys.any,
    rootSshKey: options.modifySshSetup
      ? await rootSshKeyFacts(state, decideSshKey(options).value.sshKeyType)
      : undefined,
  };
  return { facts, sshHostKeys };
}

/** What a run that is gone on with left there itself is not in its way, nor is a record of changes that waits to be taken back. */
export async function whatLiesThere(
  state: State,
  isResumed: boolean,
): Promise<Pick<InitFacts, 'clusterExists' | 'leftovers'>> {
  if (isResumed) return { clusterExists: false, leftovers: await strangersIn(state) };
  const { files, layout } = state;
  const records = await Promise.all([layout.roster, layout.configData].map(({ path }) => files.stat(path)));
  return {
    clusterExists: records.some((record) => record !== undefined),
    leftovers: (await findLeftovers(state)).filter((path) => path !== layout.hostChanges.path),
  };
}

/** Names of the files in the search path (IALLOCATOR_SEARCH_PATH, FindFile); others could be no allocator's name. */
async function findIallocators({ files, layout }: State): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { path } of [layout.siteIallocatorDirectory, layout.iallocatorDirectory])
    for (const name of await files.list(path))
      if (/^[-\w]+$/.test(name) && (await files.stat(`${path}/${name}`))?.kind === 'file') found.push(name);
  return [...new Set(found)];
}
