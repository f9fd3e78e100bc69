/** What `init` would do on this host, for a dry run: the same checks, and every path it would write. */
import { initialEntries } from '@quorate/cluster-state/layout';
import type { Settings } from '@quorate/cluster-state/settings';
import { ownDirectories, type State } from '@quorate/cluster-state/state';
import { type InitParameters, initParameters, masterNetdevOf } from '@quorate/domain/init-parameters';
import { singleAddressMask } from '@quorate/domain/names';
import { checkHost } from './init-check.ts';
import type { InitOptions } from './init-facts.ts';

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
  };
  readonly node: { readonly name: string; readonly primaryIp: string; readonly secondaryIp: string };
  /** Further parameters of the cluster, filled from the defaults. */
  readonly parameters: InitParameters;
  /** Made if they are missing. */
  readonly directories: readonly string[];
  readonly files: readonly string[];
}

/** Changes nothing. Throws what the checks find, as `init` would. */
export async function planInit(state: State, settings: Settings, options: InitOptions): Promise<InitPlan> {
  const { facts } = await checkHost(state, settings, options);
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
    },
    node: { name: facts.hostName, primaryIp, secondaryIp: options.secondaryIp ?? primaryIp },
    parameters: initParameters(facts),
    directories: ownDirectories(state.layout).map(({ path }) => path),
    files: initialEntries(state.layout).map(({ path }) => path),
  };
}
