/** What `init` would do on this host, for a dry run: the same checks, and every path it would write. */
import { initialEntries, underRoot } from '@quorate/cluster-state/layout';
import { rootSshPlaces } from '@quorate/cluster-state/root-ssh-key';
import type { Settings } from '@quorate/cluster-state/settings';
import { ownDirectories, type State } from '@quorate/cluster-state/state';
import { initWarnings } from '@quorate/domain/init-checks';
import { type InitParameters, initParameters, masterNetdevOf } from '@quorate/domain/init-parameters';
import { diskParameters } from '@quorate/domain/initial-configuration';
import { singleAddressMask } from '@quorate/domain/names';
import { earlierRun } from './founding.ts';
import { askedOf } from './init.ts';
import { checkHost } from './init-check.ts';
import type { InitOptions } from './init-facts.ts';
import { plannedHostsEntry, plannedSshKey, type PlannedHostChange } from './planned-host-changes.ts';

export interface InitPlan {
  readonly cluster: {
    readonly name: string;
    readonly masterIp: string;
    /** Prefix length. */
    readonly masterNetmask: number;
    readonly masterNetdev: string;
    readonly candidatePoolSize: number;
    readonly macPrefix: string;
    readonly enabledHypervisors: readonly string[];
    readonly enabledDiskTemplates: readonly string[];
    /** Absent if none is stored. */
    readonly volumeGroup?: string;
    readonly drbdHelper?: string;
  };
  readonly node: { readonly name: string; readonly primaryIp: string; readonly secondaryIp: string };
  /** Further parameters of the cluster, filled from the defaults. */
  readonly parameters: InitParameters;
  /** Made if they are missing, those for file-based storage among them. */
  readonly directories: readonly string[];
  /** Made new. */
  readonly files: readonly string[];
  /** What is changed in files that are not the cluster's, or made beside them. */
  readonly hostChanges: readonly PlannedHostChange[];
  readonly warnings: readonly string[];
}

/** Changes nothing. Throws what the checks find, as `init` would, also where one was broken off. */
export async function planInit(state: State, settings: Settings, options: InitOptions): Promise<InitPlan> {
  const { layout } = state;
  const earlier = await earlierRun(state, askedOf(options));
  const { facts } = await checkHost(state, settings, options, earlier !== undefined);
  const parameters = initParameters(facts);
  const ssh = await rootSshPlaces(state, parameters.sshKeyType);
  const [primaryIp = ''] = facts.hostAddresses;
  const [masterIp = ''] = facts.clusterAddresses;
  return {
    cluster: {
      name: facts.clusterName,
      masterIp,
      masterNetmask: options.masterNetmask ?? singleAddressMask(options.family),
      masterNetdev: masterNetdevOf(facts),
      candidatePoolSize: options.candidatePoolSize,
      macPrefix: options.macPrefix,
      enabledHypervisors: options.enabledHypervisors,
      enabledDiskTemplates: options.enabledDiskTemplates,
      ...(facts.vgName ? { volumeGroup: facts.vgName } : {}),
      ...(facts.drbdHelper ? { drbdHelper: facts.drbdHelper } : {}),
    },
    node: { name: facts.hostName, primaryIp, secondaryIp: options.secondaryIp ?? primaryIp },
    parameters: { ...parameters, diskparams: diskParameters(parameters, facts.vgName) },
    directories: [
      ...facts.storagePlaces.map(({ path }) => underRoot(layout.root, path)),
      ...ownDirectories(layout).map(({ path }) => path),
      ...(options.modifySshSetup ? [ssh.directory.path] : []),
    ],
    files: initialEntries(layout, options).map(({ path }) => path),
    hostChanges: [
      ...(options.modifyEtcHosts ? await plannedHostsEntry(state, primaryIp, facts.hostName) : []),
      ...(options.modifySshSetup ? await plannedSshKey(state, parameters.sshKeyType) : []),
    ],
    warnings: initWarnings(facts),
  };
}
